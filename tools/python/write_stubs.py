#!/usr/bin/python3
"""write_stubs.py FOLDER: writes FOLDER/_gradzoo.pyi, from which editors complete names. It reads the signatures and
docstrings that pybind11 gave to the module in FOLDER."""
import re
import sys

sys.path.insert(0, sys.argv[1])
import _gradzoo  # noqa: E402  without the package around it, which needs NumPy

HEAD = """from typing import Any, List, Optional, Sequence, Tuple, Union, overload

ShapeLike = Union[int, Sequence[int]]
TensorLike = Any  # a tensor, an array of NumPy or a number
DTypeLike = Any   # gz.f32, "f32" or a dtype of NumPy
"""
TAKEN = {'Tensor': 'TensorLike', 'DType': 'DTypeLike', 'tuple[int, ...]': 'ShapeLike', 'object': 'Any', 'function': 'Any', 'handle': 'Any'}


def type_of(text, given):
    """A type of pybind11 as Python's typing has it, of a result or of what is given."""
    text = re.sub(r'(?:gradzoo\.)?_gradzoo\.', '', text).replace('numpy.ndarray', 'Any').replace('iterator', 'Any')
    if given:
        text = re.sub(r'\bList\[', 'Sequence[', text)
        return re.sub(r'tuple\[int, \.\.\.\]|\b\w+\b', lambda word: TAKEN.get(word[0], word[0]), text)
    return re.sub(r'\bobject\b', 'Any', text)


def parameter(text):
    name, colon, rest = text.partition(': ')
    if not colon:  # *, *args, **kwargs
        return text
    kind, equals, default = rest.partition(' = ')
    kind = type_of(kind, True)
    if default == 'None' and not kind.startswith('Optional'):
        kind = f'Optional[{kind}]'
    return f'{name}: {kind}' + (' = ...' if default.startswith('<') else equals + default)


def functions(name, doc, in_class):
    """The lines of a function: its overloads, each with its comment."""
    found = re.findall(rf'^(?:\d+\. )?{name}\((.*)\) -> (.+)\n((?:(?!\d+\. {name}\().*\n?)*)', doc, re.M)
    for parameters, result, comment in (one for one in found if one[0] != '*args, **kwargs' or len(found) == 1):
        taken = re.split(r', (?=\w+:|\*)', parameters) if parameters else []
        taken = (['self'] + [parameter(one) for one in taken[1:]]) if in_class else [parameter(one) for one in taken]
        lines = ['@overload'] * (len(found) > 1) + [f'def {name}({", ".join(taken)}) -> {type_of(result, False)}:']
        lines += [f'    r"""{comment.strip()}"""'] * bool(comment.strip()) + ['    ...']
        yield from ('    ' * in_class + line for line in lines)


def class_lines(name, made):
    bases = [base.__name__ for base in made.__bases__ if base.__name__ in vars(_gradzoo)]
    yield f'class {name}' + (f'({", ".join(bases)})' if bases else '') + ':'
    yield f'    r"""{(made.__doc__ or "").partition("Members:")[0].strip()}"""'
    for member in getattr(made, '__members__', ()):
        yield f'    {member}: "{name}"'
    for key, value in vars(made).items():
        if isinstance(value, property):
            kind = re.search(r'-> (.+)', value.fget.__doc__ or '')
            yield f'    {key}: {type_of(kind[1], False) if kind else "Any"}'
        elif callable(value) and getattr(value, '__doc__', None) and not re.match('__(class|new|doc)', key):
            yield from functions(key, value.__doc__, True)


with open(f'{sys.argv[1]}/_gradzoo.pyi', 'w') as file:
    print(HEAD, file=file)
    for name, value in vars(_gradzoo).items():
        if isinstance(value, type) and issubclass(value, Exception):
            print(f'class {name}({value.__base__.__name__}): ...', file=file)
        elif isinstance(value, type):
            print(*class_lines(name, value), sep='\n', file=file)
        elif callable(value) and not name.startswith('__'):
            print(*functions(name, value.__doc__ or '', False), sep='\n', file=file)
        elif isinstance(value, _gradzoo.DType):
            print(f'{name}: DType', file=file)
