"""What `compare_pytorch --python` times: the same lines in gradzoo's module and in PyTorch.

Each function takes the module, and returns what is timed and how many ops or steps that is.
"""
OPS = 100


def is_ours(lib):
    return lib.__name__ == "gradzoo"


def taped(lib, run):
    def with_tape():
        with lib.Tape():
            return run()

    return with_tape if is_ours(lib) else run


def call(lib):
    """an op of one number, not recorded, ns"""
    x, sin = lib.tensor(0.3), lib.sin
    return lambda: [sin(x) for _ in range(OPS)], OPS * 1e-6


def chain(lib):
    """forward and backward through a chain of small ops, ns an op"""
    x = lib.tensor(0.3, requires_grad=True)

    def passes():
        y = x
        for _ in range(OPS // 2):
            y = lib.sin(y) * 0.5
        return lib.grad(y, x) if is_ours(lib) else lib.autograd.grad(y, x)

    return taped(lib, passes), OPS * 1e-6


def mlp(lib, sizes, activation):
    if is_ours(lib):
        return lib.Mlp(sizes, activation=activation)
    between = {"silu": lib.nn.SiLU, "sigmoid": lib.nn.Sigmoid, "tanh": lib.nn.Tanh}[activation]
    layers = [part for pair in zip(sizes, sizes[1:]) for part in (lib.nn.Linear(*pair), between())]
    return lib.nn.Sequential(*layers[:-1])


def trained(lib, net, loss):
    """A step of Adam."""
    if is_ours(lib):
        learner = lib.Learner(net)
        return taped(lib, lambda: learner.step(loss(), 1e-3)), 1
    adam = lib.optim.Adam(net.parameters(), lr=1e-3)

    def step():
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()

    return step, 1


def perceptron(lib):
    """a step of a net 2-64-64-1, batch 256, ms"""
    net, x = mlp(lib, [2, 64, 64, 1], "silu"), lib.randn((256, 2))
    y = lib.sin(x[:, 0:1])
    return trained(lib, net, lambda: lib.mean((net(x) - y) ** 2))


def vae_b100(lib):
    """a step of the VAE 784-500-20, batch 100, ms"""
    encoder, decoder = mlp(lib, [784, 500, 40], "sigmoid"), mlp(lib, [20, 500, 784], "tanh")
    x, nn = lib.sigmoid(lib.randn((100, 784))), lib if is_ours(lib) else lib.nn
    cross_entropy = (lib if is_ours(lib) else lib.nn.functional).binary_cross_entropy_with_logits

    def loss():
        code = encoder(x)
        mean, logvar = code[:, :20], code[:, 20:]
        logits = decoder(mean + lib.exp(0.5 * logvar) * lib.randn((100, 20)))
        bce = lib.sum(cross_entropy(logits, x, **({} if is_ours(lib) else {"reduction": "none"})))
        if is_ours(lib):
            return (bce + lib.sum(lib.kl_standard_normal_rows(mean, logvar))) / 100
        return (bce + 0.5 * lib.sum(lib.exp(logvar) + mean * mean - 1 - logvar)) / 100

    return trained(lib, nn.Sequential(encoder, decoder), loss)


WORKLOADS = {one.__name__: one for one in (call, chain, perceptron, vae_b100)}
