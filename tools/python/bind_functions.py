#!/usr/bin/python3
"""bind_functions.py BINDINGS.cpp HEADER...: writes pybind11 bindings of every function that these headers declare, with
keywords, defaults and docstrings from the declarations and their comments. A declaration that it cannot read ends it
with an error, so that no function is forgotten."""
import re
import sys
from dataclasses import dataclass, field

# What the binding of a parameter takes.
TYPES = {
    'const Tensor&': 'const Tensor& {}',
    'Tensor&': 'Tensor& {}',
    'double': 'double {}',
    'int': 'int {}',
    'int64_t': 'int64_t {}',
    'bool': 'bool {}',
    'DType': 'DType {}',
    'const Shape&': 'const Shape& {}',
    'std::string_view': 'std::string_view {}',
    'Rng&': 'Rng* {}',
    'FirstRow': 'FirstRow {}',
    'std::span<const int>': 'const std::vector<int>& {}',
    'std::span<const Tensor>': 'const std::vector<Tensor>& {}',
}
RESULTS = {'Tensor', 'Tensors', 'double', 'bool', 'int64_t', 'void'}
RENAMED = {'from': 'source', 'axes': 'axis', 'axis_a': 'axis0', 'axis_b': 'axis1'}
# `correction` is not an axis: var(x, 0) is the variance along axis 0.
KEYWORD_ONLY = {'correction'}
ALIASES = {'var_axis': 'var', 'stddev_axis': 'stddev'}


@dataclass
class Parameter:
    type: str
    name: str
    default: str = ''


@dataclass
class Function:
    name: str
    result: str
    parameters: list
    doc: str


@dataclass
class Struct:
    name: str
    fields: list = field(default_factory=list)


def parameter_of(text):
    match = re.fullmatch(r'(.+?[\s&])\s*(\w+)(?:\s*=\s*(.+))?', ' '.join(text.split()))
    if not match:
        sys.exit(f'bind_functions: the parameter {text!r} is not understood')
    return Parameter(match[1].strip(), match[2], match[3] or '')


def split_arguments(text):
    """At commas outside of brackets."""
    parts, depth = [''], 0
    for letter in text:
        depth += letter in '(<{['
        depth -= letter in ')>}]'
        if letter == ',' and depth == 0:
            parts.append('')
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]


def statements(text):
    """Each declaration of a header with its comment: a group's first comment belongs to all of it."""
    comment, own, group, pending = [], '', None, ''
    for line in text.splitlines():
        code, _, note = line.partition('//')
        if note.strip() in ('/@{', '/@}'):
            group, comment = ([] if note.strip() == '/@{' else None), []
        elif note.startswith('/<'):
            own = note[2:].strip()
        elif note.startswith('/') and not code.strip():
            comment.append(note[1:].strip())
        elif not code.strip() and not note and not pending:
            comment = []
        pending += code.rstrip() + '\n' if code.strip() and not code.startswith('#') else ''
        opened = pending.count('{') - pending.count('}')
        if re.match(r'\s*namespace\b[^;]*\{\s*$|\s*\}\s*$', pending):
            pending = ''
        elif pending.strip() and opened <= 0 and re.search(r'[;}]\s*$', pending):
            if group is not None:
                group = group or comment
            yield pending.strip(), own or ' '.join(comment or group or [])
            pending, comment, own = '', [], ''


def functions_and_structs(path):
    functions, structs = [], {}
    with open(path) as file:
        text = file.read()
    for declaration, doc in statements(text):
        flat = ' '.join(declaration.split())
        if struct := re.fullmatch(r'struct (\w+) \{(.*)\};', flat):
            structs[struct[1]] = Struct(struct[1], fields_of(struct[2]))
        elif match := re.fullmatch(r'(?:inline )?([\w:]+) (\w+)\((.*?)\)(?:;| \{.*\})', flat):
            parameters = [parameter_of(one) for one in split_arguments(match[3])]
            if not any('initializer_list' in p.type or p.type == 'Axes' for p in parameters):
                functions.append(Function(match[2], match[1], parameters, doc))
        elif not re.match(r'(class|struct|enum|explicit|using|template|#|inline std::span)|[\w:&]+\s*& operator|inline Tensor operator|'
                          r'inline constexpr', flat):
            sys.exit(f'bind_functions: {path}: not understood: {flat}')
    return functions, structs


def fields_of(body):
    found = []
    for part in body.split(';'):
        match = re.fullmatch(r'\s*([\w:<>]+) ([\w, ]+?)(?:\s*=\s*(.+?))?\s*', part)
        found += [Parameter(match[1], name.strip(), match[3] or '') for name in match[2].split(',')] if match else []
    return found


class Writer:
    def __init__(self, structs):
        self.structs, self.code, self.methods = structs, [], set()

    def takes(self, p):
        """The parameters in Python, and the expression that C++ is given."""
        struct = self.structs.get(p.type.removeprefix('const ').removesuffix('&'))
        if struct:
            return struct.fields, f'{struct.name}{{{", ".join(f.name for f in struct.fields)}}}'
        return [p], p.name

    def write(self, function):
        name, taken, passed = ALIASES.get(function.name, function.name), [], []
        for p in function.parameters:
            more, expression = self.takes(p)
            taken += more
            passed.append(expression)
        signature, arguments, is_keyword = [], [], False
        for p in taken:
            cpp = TYPES.get(p.type) or sys.exit(f'bind_functions: {function.name}: no type {p.type!r}')
            if p.default == '{}' and p.type == 'const Tensor&':
                cpp, passed = 'const std::optional<Tensor>& {}', [f'{e}.value_or(Tensor())' if e == p.name else e for e in passed]
            if p.type == 'Rng&':  # without one, the module's
                p.default = '{}'
                passed = [f'or_default({e})' if e == p.name else e for e in passed]
            signature.append(cpp.format(p.name))
            if p.name in KEYWORD_ONLY and not is_keyword:
                is_keyword = True
                arguments.append('py::kw_only()')
            default = 'py::none()' if p.default == '{}' else p.default
            noconvert = '.noconvert()' if p.type == 'Tensor&' else ''  # what is changed is no copy of an array
            arguments.append(f'py::arg("{RENAMED.get(p.name, p.name)}")' + noconvert + (f' = {default}' if default else ''))
        tensors = [p.name for p in taken if p.type in ('const Tensor&', 'std::span<const Tensor>') and p.default != '{}']
        unlock = f'const Unlocked unlocked({", ".join(tensors)}); ' if tensors else ''
        call = f'gradzoo::{function.name}({", ".join(passed)})'
        result = self.structs.get(function.result)
        if result:
            keys = ', '.join(f'"{f.name}"' for f in result.fields)
            values = ', '.join(f'result.{f.name}' for f in result.fields)
            body = f'const auto result = [&] {{ {unlock}return {call}; }}(); return named_tuple("{result.name}", {{{keys}}}, {values});'
        elif function.result in RESULTS:
            body = f'{unlock}{"return " if function.result != "void" else ""}{call};'
        else:
            sys.exit(f'bind_functions: {function.name}: no result {function.result!r}')
        if taken and taken[0].type == 'const Tensor&':
            self.methods.add(name)
        doc = re.sub(r'\{([^{}]*)\}', r'[\1]', function.doc)  # a list in C++
        self.code.append(f'  m.def("{name}", []({", ".join(signature)}) {{ {body} }}{"".join(", " + a for a in arguments)}, '
                         f'R"doc({doc})doc");')


def main(bindings, *headers):
    functions, structs = [], {}
    for header in headers:
        more, its = functions_and_structs(header)
        functions += more
        structs.update(its)
    writer = Writer(structs)
    for function in functions:
        writer.write(function)
    with open(bindings, 'w') as file:
        file.write('// Written by tools/python/bind_functions.py.\n#include "tools/python/functions.h"\n\n'
                   'namespace gradzoo::python {\n\nvoid bind_functions(py::module_& m) {\n' + '\n'.join(writer.code) +
                   '\n}\n\nstd::vector<std::string> methods() { return {' +
                   ', '.join(f'"{name}"' for name in sorted(writer.methods)) +
                   '}; }\n\n}  // namespace gradzoo::python\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
