# A page for each header.
1s#^.*pragma once.*$#/** \\file */#
# What a compiler would write needs no comment (the Doxyfile reads headers by these lines).
s#^.*\)( const)? = (delete|default);.*$##
s#^ *(virtual )?~\w+\(\).*[;}]$##
# What means the same wherever it stands is said here once.
s#^ +void describe\w*\(OptionTable&.*$#/** Names each field in a table of options (base/options.h). */ &#
s#^ +explicit operator bool\(\) const.*$#/** Whether it is well: `ok`, or something is held. */ &#
s#^.*SamplerEntry&? \w+_entry\(\);#/** Its line in the list of samplers (samplers/registry.h). */ &#
# A comment behind several variables is said of each.
s#^( *)([A-Za-z0-9_:<>]+ \w+( = [^,;()]*)?,[^()]*;) +///< (.*)$#\1///@{\n\1/// \4\n\1\2\n\1///@}#
# Words that Doxygen does not know.
s#\bconstinit ##
