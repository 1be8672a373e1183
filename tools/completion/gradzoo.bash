# Completion of gradzoo and gradzoo-mpi for bash. The program itself prints the candidates (gradzoo --complete).
# Installed where bash-completion finds it; from a build folder: source tools/completion/gradzoo.bash

_gradzoo() {
  local cur words cword
  # "key=value" is one word of ours, and three of readline's.
  if declare -F _get_comp_words_by_ref > /dev/null; then
    _get_comp_words_by_ref -n '=:' cur words cword
  else
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}
  fi
  local program=${words[0]/#\~/$HOME} line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      $'\tfiles') compopt -o filenames && mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
      # A run is a folder: where one fits, it is not listed again.
      $'\tfolders') [ ${#COMPREPLY[@]} -gt 0 ] || { compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- "$cur"); } ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("$program" --complete "${words[@]:1:cword}" 2> /dev/null)
  # A value follows without a space.
  if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
  # readline puts what is returned in place of what stands behind the last "=".
  if [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]]; then COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*=}"}"}"); fi
}

complete -F _gradzoo gradzoo gradzoo-mpi
