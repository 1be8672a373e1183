# A page for each header.
1s#^.*pragma once.*$#/** \\file */#
# What Doxygen need not ask a comment for, line by line (INPUT_FILTER of the Doxyfile): what a compiler would write,
# and overrides without a word, which do as their base says.
s#^.*\)( const)? = (delete|default);.*$##
s#^ *(virtual )?~\w+\(\).*[;}]$##
/\/\/\//!s#^ +[^/(]+\(.*\) (const )?(noexcept )?override;.*$##
# What means the same wherever it stands is said here once.
s#^ +void describe\w*\(OptionTable&.*$#/** Names each field in a table of options (base/options.h). */ &#
s#^ +explicit operator bool\(\) const.*$#/** Whether it is well: `ok`, or something is held. */ &#
s#^.*SamplerEntry&? \w+_entry\(\);#/** Its line in the list of samplers (samplers/registry.h). */ &#
# Words that Doxygen does not know.
s#\bconstinit ##
