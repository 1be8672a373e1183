// Lessons of about ten minutes: text with questions, above a tab of this page as the live figure. A part is a paragraph,
// a question with its answer, or a setting of the figure to try.
const kLessons = {
  tape: {
    title: 'A tape, backwards and again', about: 'how reverse mode computes a first and a second derivative; you need the chain rule', tab: 'function', start: {f: 'x*x + x', at: 'x=3', order: 1},
    parts: [
      'To differentiate a function, the engine first computes it. While it computes, it records each operation on a tape. The figure shows the tape of x*x + x at x = 3 as a graph: a box per node, an arrow per operand.',
      'Then the engine walks backwards over the tape. Each node passes its gradient on to its operands, multiplied by the local derivative. Step through this walk with the buttons above the graph.',
      {ask: 'How many contributions arrive at x, and what is their sum?', answer: 'Three: the product passes x on to both of its operands, which is 3 + 3, and the sum passes on 1. Contributions add up: f_x = 2x + 1 = 7.'},
      {tell: 'x³, and its second derivative', values: {f: 'x^3', at: 'x=2', order: 2}},
      'The backward walk consists of operations too. The engine records them, so it can walk backwards over the walk: this gives the second derivative. No rule for second derivatives exists in the engine. In the program, create_graph is the option that records a backward walk.',
      {ask: 'At x = 2, f_x and f_xx are both 12. Is this a coincidence? At which other x would they be equal?', answer: 'It is a coincidence: 3x² = 6x only at x = 0 and x = 2. Set x = 1 to see 3 and 6.'},
      {tell: 'Two variables', values: {f: 'sin(x^2)*exp(-y)', at: 'x=0.8, y=0.3', order: 2}},
      {ask: 'The list has f_xy, but no f_yx. Why?', answer: 'They are equal, because the function is smooth. The engine computes each mixed derivative once.'},
      'Change one thing: raise the order to 4, and count how much longer the tape becomes. Each sweep walks over all earlier sweeps, so the cost grows quickly with the order.'],
    docs: ['engine', 'add-op'], source: 'Griewank & Walther 2008, "Evaluating derivatives", chapters 3 and 5'},
  rule: {
    title: 'Your own gradient rule', about: 'how a rule is checked, and what finite differences cannot see; you need derivatives', tab: 'check', start: {f: 'tanh(x)', rule: '1 - tanh(x)^2', at: '-2, -0.5, 0, 0.3, 1, 3'},
    parts: [
      'Each operation of the engine has a gradient rule, which somebody wrote. A wrong sign or factor trains a model that looks almost right. The table compares your rule for f\' with the engine, and with finite differences: (f(x + h) - f(x - h)) / 2h.',
      {ask: 'The rule 1 - tanh(x) has a forgotten square. At which of the six points is it nevertheless right?', answer: 'At 0, where tanh(x) and its square are both 0. A check at one point is not enough.'},
      {tell: 'The forgotten square', values: {f: 'tanh(x)', rule: '1 - tanh(x)', at: '-2, -0.5, 0, 0.3, 1, 3'}},
      'The last two columns go one order higher. The engine differentiates your rule and compares the result with its own second derivative.',
      {tell: 'A steep function', values: {f: 'sin(1000*x)', rule: '1000*cos(1000*x)', at: '0.3'}},
      {ask: 'Here the rule is right, and the finite difference is not exact. Which of the two numbers would you trust in general?', answer: 'The derivative. A difference has an error of h² f\'\'\'/6, here six millionths of the value, and rounding makes it worse if h is smaller. It is a check with a tolerance, not a reference.'},
      {tell: 'A kink', values: {f: 'abs(x)', rule: 'where(x > 0, 1, -1)', at: '-1, 0, 2'}},
      'At a kink the derivative does not exist. The remark shows the slopes on both sides, and every value between them is accepted, because engines differ in their choice there and training works with each.',
      'Change one thing: replace the -1 in the rule by 0, and see which points become wrong.'],
    docs: ['how-do-i', 'add-op'], source: 'Griewank & Walther 2008, chapter 14, on kinks'},
  codes: {
    title: 'The codes of a VAE', about: 'what a latent space looks like; you need the normal distribution', tab: 'digits', start: {model: 'vae', seed: 1, z: '0_0'},
    parts: [
      'A variational autoencoder (VAE) has two networks. The encoder maps an image to a distribution over codes z. The decoder maps a code to an image. This VAE has codes of two numbers, so a map of all of them fits on the screen.',
      'Move the pointer over the map, or use the arrow keys: the decoder draws E[x | z], the mean image of the code z under the pointer.',
      {ask: 'Go slowly from a 0 to a 1. Is there a place where the image is not a digit at all?', answer: 'Hardly any: between two digits the image is a blurred mixture or another digit. In training the code of an image has noise, so all codes nearby must decode to similar images.'},
      {tell: 'A corner of the map', values: {model: 'vae', seed: 1, z: '2.9_2.9'}},
      {ask: 'Training maximises the likelihood of the image under its code, minus KL(q(z|x) || N(0, I)): how far the distribution q of the code is from a standard normal one. What would the map look like without this second term?', answer: 'The encoder would spread the codes far apart and reduce their noise to nothing. Between the codes the decoder would never have been trained, and samples from N(0, I) would not look like digits.'},
      'Change one thing: click two of the hundred digits, then "go between them". The page decodes points on a line between their codes in a larger VAE, whose codes have twenty numbers.'],
    docs: ['vae'], source: 'Kingma & Welling 2014, "Auto-encoding variational Bayes"'},
  collapse: {
    title: 'A GAN that collapses', about: 'why a generator leaves out modes, and what cures it; you need gradients', tab: 'train', start: {data: 'ring8', model: 'gan', seed: 6, set: 'preset=collapse', model2: 'gan', seed2: 6},
    parts: [
      'A generator G turns noise into points. A discriminator D learns to distinguish them from data, and G learns to make D wrong. The data are eight clusters, or modes, on a circle. Green is D(x), the probability that D assigns to "real". It is not a density: far from data and samples D was never trained, and may be anything.',
      'Press Play at both models. In the left one D learns a hundred times faster than G. G minimises the mean of log(1 - D), the minimax loss. The right one uses the default settings.',
      {ask: 'Press Pause after a moment. How many modes does each G reach?', answer: 'The right one finds all eight, and the left one stays on two. Its D is sure that each sample is false, so D is almost constant around the samples: its gradient is close to 0, and G learns nothing about the other modes.'},
      'Switch on "the lattice of codes under G, and D\'s gradient at samples". The lattice shows where G moves a square grid of noise. The arrows are the gradient of D\'s logit at samples: G moves samples along them.',
      {ask: 'Compare the directions of the arrows of both models.', answer: 'On the right most point to a mode nearby. On the left many point away from all data, because D was not trained there. The other modes have no influence on them.'},
      'A simple cure is a slower D. At four times the speed of G instead of a hundred, D does not become sure, keeps a slope, and the samples reach all modes.',
      {tell: 'A slower D', values: {data: 'ring8', model: 'gan', seed: 6, set: 'preset=collapse discriminator_rate=4', model2: 'gan', seed2: 6}},
      {tell: 'Noise on what D sees', values: {data: 'ring8', model: 'gan', seed: 6, set: 'preset=collapse instance_noise=0.2', model2: 'gan', seed2: 6}},
      'With noise, data and samples overlap, so even a fast D cannot be sure. G reaches all eight modes.',
      {ask: 'The non-saturating loss, -log D, has a steep gradient where D is sure. Give it to the left model with "Settings and network". Does it cure the collapse?', answer: 'No: with this seed G ends on one mode. The gradient is larger, but it has the same direction, and D still says nothing about the other modes.'}],
    docs: ['gan'], source: 'Goodfellow et al. 2014, "Generative adversarial nets"; Arjovsky & Bottou 2017 on flat discriminators'},
  noise: {
    title: 'Why Langevin chains need noise at many levels', about: 'why a score at one noise level gets weights wrong; you need densities', tab: 'train',
    start: {data: 'mixture', model: 'score', seed: 0, set: 'toy_noise=0.15', model2: 'ncsn', seed2: 0, set2: 'toy_noise=0.15'},
    parts: [
      'A score is the gradient of log p(x). A Langevin chain follows a learned score with small steps and adds noise. In the limit its points are samples of p.',
      'The data are three clusters with weights 0.5 (left), 0.3 (right) and 0.2 (top). They lie far apart, and there are almost no data between them. The left model learns the score as the gradient of an energy, at one noise level; its density is blue. The right one, ncsn, learns scores at many levels, from wide to narrow, shown as arrows. Press Play at both, and wait until they have finished.',
      {ask: 'Compare the numbers of dots in the clusters. Which model has the weights right?', answer: 'The right one is close to them: of 500 samples, 212 are left, 178 right and 110 at the top, where the data would have 250, 150 and 100. The left model has 147, 124 and 229. Its chains stay in the cluster next to their start. Its density has most of its mass in one cluster for the same reason: the score inside a cluster does not depend on the weight of the cluster.'},
      'At a wide noise level the clusters merge into one hill. There the score depends on the weights, and chains can move. The levels then become narrow step by step, and each chain stays in its cluster.',
      {ask: 'Press "Paths from noise to data" at the right model, and move the slider of time. When is it decided in which cluster a sample ends?', answer: 'Early, while the noise is as wide as the distance between the clusters. Later steps only move the point within its cluster.'},
      {tell: 'Clusters that touch', values: {data: 'mixture', model: 'score', seed: 0, set: 'toy_noise=0.6', model2: 'ncsn', seed2: 0, set2: 'toy_noise=0.6'}},
      'Now there are data between the clusters, and one level is enough for the left model: its KL falls below 0.001. Change one thing: in "Settings and network" find the largest toy_noise at which the left model still fails.'],
    docs: ['score', 'diffusion'], source: 'Song & Ermon 2019, "Generative modeling by estimating gradients of the data distribution", section 3'},
  energy: {
    title: 'An energy and its normalising constant', about: 'what makes a likelihood difficult, and one way around it; you need integrals', tab: 'train', start: {data: 'ring8', model: 'ebm', seed: 0, model2: 'nce', seed2: 0},
    parts: [
      'An energy-based model learns a function f(x). Its density is p(x) = exp(f(x)) / Z, and Z is the integral of exp(f). A constant c that is added to f multiplies Z by exp(c), and the density stays the same.',
      {ask: 'Training needs the gradient of log p(x). Which part of it is difficult?', answer: 'The gradient of log Z: it is the mean of the gradient of f over samples of the model. The left model draws these samples with Langevin chains. The dots come from such chains too.'},
      'Press Play at both. The right model, nce, needs no samples of its own. It learns to distinguish data from noise of a known density, and it learns c, an estimate of log Z, as one more parameter: the curve c_nats.',
      {ask: 'When both are paused, compare their KL to the true density. Who computes Z for it?', answer: 'The page: in the plane it can integrate exp(f) on a grid. On images nobody can, and a likelihood needs estimates of Z such as annealed importance sampling.'},
      {tell: 'The same on two moons', values: {data: 'two-moons', model: 'ebm', seed: 0, model2: 'nce', seed2: 0}},
      'Change one thing: give nce one point of noise per example (nu=1). Its KL about doubles, because fewer comparisons say less about the density.'],
    docs: ['ebm', 'nce'], source: 'Hinton 2002 on contrastive divergence; Gutmann & Hyvärinen 2012 on noise-contrastive estimation'},
};

const lessonNow = () => {
  const name = location.hash.match(/^#lesson=(\w+)/)?.[1];
  return Object.hasOwn(kLessons, name ?? '') ? name : null;
};
const figureOf = name => kLessons[name].tab;

const lessonsTab = {
  open() {
    for (const [name, {title, about}] of Object.entries(kLessons)) {
      const line = add(byId('lesson-list'), 'li');
      add(line, 'a', '', title).href = '#lesson=' + name;
      line.append(': ' + about + '.');
    }
  },
};

// The text of a lesson, above its figure, which is a tab in a state that the lesson sets.
const lessonTab = {
  async show() {
    const name = lessonNow(), lesson = kLessons[name], box = byId('lesson-text'), figure = kTabs[lesson.tab];
    const set = async values => {
      await openedTab(figure);
      if (lessonNow() === name) await figure.show(new Map(Object.entries(values).map(([key, value]) => [key, String(value)])));
    };
    box.replaceChildren();
    add(box, 'h2', '', lesson.title);
    for (const part of lesson.parts) {
      if (typeof part === 'string') {
        add(box, 'p', '', part);
      } else if (part.tell) {
        const button = add(add(box, 'p'), 'button', '', part.tell);
        button.type = 'button';
        button.addEventListener('click', () => set(part.values).catch(tell));
      } else {
        const question = add(box, 'details', 'question');
        add(question, 'summary', '', part.ask);
        add(question, 'p', '', part.answer);
      }
    }
    const more = add(box, 'p', 'legend', 'Read more: ');
    lesson.docs.forEach((page, i) => {
      if (i > 0) more.append(', ');
      addDocs(more, page);
    });
    more.append('. Source: ' + lesson.source + '.');
    const names = Object.keys(kLessons), next = names[names.indexOf(name) + 1];
    if (next) add(add(box, 'p'), 'a', '', 'Next lesson: ' + kLessons[next].title).href = '#lesson=' + next;
    await set(lesson.start);
  },
};
