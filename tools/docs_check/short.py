"""The short form of a command: the same words, with fewer steps, samples and chains."""
import re

# What makes a model's pictures and samples quick: few steps of what draws them.
QUICK = {
    "vae": ["components=5", "importance_samples=10"],
    "dae": ["chain_steps=5"],
    "score": ["sample_steps=5"],
    "ebm": ["sample_steps=10"],
    "dde": ["chain_steps=5"],
    "rbm": ["sample_steps=10", "ais_chains=5", "ais_temperatures=20"],
    "dbn": ["sample_steps=10", "ais_chains=5", "ais_temperatures=20"],
    "flow-matching": ["sample_steps=4"],
    "ddpm": ["sample_steps=4"],
    "ncsn": ["sample_steps=4"],
}
# The same of labs, whose knobs they are.
KNOBS = {"steps": 40, "trials": 40, "epochs": 1, "images": 100, "draws": 100, "chains": 50, "walk_steps": 20,
         "samples": 50, "half_way": 10, "batches": 10, "looks": 4, "seeds": 1, "early_steps": 5, "sizes": "30,100"}
COUNTS = {"inpaint": 2, "interpolate": 2, "denoise": 20, "anomaly": 20, "compose": 10, "compare": 50, "c2st": 60,
          "eval": 50, "sample": 10}
# Where no short form is: begun, and stopped once it has accepted what it was asked.
LONG = {"verify", "bench"}


def at_most(words, option, limit, add=True):
    """With the option's number no larger than limit; added where it is not there."""
    if option in words[:-1]:
        place = words.index(option) + 1
        if re.fullmatch(r"\d+", words[place]) and int(words[place]) > limit:
            words[place] = str(limit)
    elif add:
        words += [option, str(limit)]


def set_keys(words):
    return {words[i + 1].split("=")[0] for i in range(len(words) - 1) if words[i] == "--set"}


def lower(words, key, limit):
    """With --set key=N no larger than limit."""
    for i in range(len(words) - 1):
        said = re.fullmatch(rf"{key}=(\d+)", words[i + 1])
        if words[i] == "--set" and said and int(said.group(1)) > limit:
            words[i + 1] = f"{key}={limit}"


def gradzoo(words, knobs):
    """Short form of [gradzoo, command, ...], and whether it is to be stopped when begun."""
    words = list(words)
    command = words[1] if len(words) > 1 else ""
    if "--help" in words or "-h" in words or "--version" in words or "--man" in words:
        return words, False
    if command == "train":
        if "--resume" in words:
            if "--epochs" in words[:-1]:
                place = words.index("--epochs")
                del words[place:place + 2]
            at_most(words, "--steps", 3)
            return words, False
        if "--epochs" in words[:-1]:  # which and --steps contradict each other
            place = words.index("--epochs")
            del words[place:place + 2]
        at_most(words, "--steps", 2, add="--config" not in words)
        lower(words, "hidden", 64)
        model = next((word for word in words[2:] if word in QUICK), "")
        given = set_keys(words)
        for pair in QUICK.get(model, []):
            if pair.split("=")[0] not in given:
                words += ["--set", pair]
            else:
                lower(words, *[part if i == 0 else int(part) for i, part in enumerate(pair.split("="))])
    elif command == "sample":
        at_most(words, "-n", COUNTS[command])
        if "--sampler" in words:
            lower(words, "steps", 20)
            lower(words, "warmup", 10)
            if "steps" not in set_keys(words):
                words += ["--set", "steps=20"]
        lower(words, "sample_steps", 4)
        lower(words, "chain_steps", 4)
    elif command in COUNTS:
        at_most(words, "-n", COUNTS[command])
        if command == "compose":
            lower(words, "steps", 20)
            if "steps" not in set_keys(words):
                words += ["--set", "steps=20"]
        if command == "c2st":
            at_most(words, "--epochs", 1)
            at_most(words, "--permutations", 19)
    elif command == "logz":
        at_most(words, "--chains", 4)
        at_most(words, "--temperatures", 20)
    elif command == "lab" and len(words) > 2 and "--knobs" not in words:
        given = set_keys(words)
        for key in knobs(words[2]):
            if key in KNOBS and key not in given:
                words += ["--set", f"{key}={KNOBS[key]}"]
    elif command == "course" and len(words) > 2:
        # Compiles what a learner wrote, optimised where it trains.
        return words, words[2] in ("train", "grade") or words[2] == "check" and not set("123") & set(words[4:])
    elif command == "gradcheck" and all(word.startswith("-") for word in words[2:]):
        return words, True
    elif command == "bench":
        if "--quick" not in words:
            words += ["--quick"]
        return words, True
    elif command == "zoo" and "--verify" in words:
        return words, True
    elif command == "verify":
        return words, True
    elif command == "serve":
        if "--port" in words:
            words[words.index("--port") + 1] = "0"
        else:
            words += ["--port", "0"]
    return words, False


def mpi(words):
    """mpirun's part and the program's, of few processes on this machine."""
    words = list(words)
    at_most(words, "-n", 2, add=False)
    at = next((i for i, word in enumerate(words) if word.startswith(("gradzoo", "examples/", "build/", "./"))), len(words))
    return words[:1] + ["--oversubscribe"] + words[1:at], words[at:]
