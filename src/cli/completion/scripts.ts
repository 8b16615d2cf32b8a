/**
 * What a shell is told to complete `dailies`. Each script asks `dailies complete SHELL -- …`, which answers
 * with one candidate a line and, in a line of its own, `:names` (the candidates are names of media files),
 * `:files` or `:folders` (the shell knows better).
 */

const bash = `# Completion of dailies for bash: source <(dailies completion bash)
_dailies() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :names) ;;
      :files) compopt -o default 2>/dev/null ;;
      :folders) compopt -o dirnames 2>/dev/null ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <("$1" complete bash -- "\${COMP_LINE:0:COMP_POINT}" "\${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
}
complete -F _dailies dailies
`;

const zsh = `#compdef dailies
# Completion of dailies for zsh: source <(dailies completion zsh), or a file _dailies in fpath
_dailies() {
  local line
  local -a found
  for line in "\${(@f)$("\${words[1]}" complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    case $line in
      :names|'') ;;
      :files) _files; return ;;
      :folders) _files -/; return ;;
      *) found+=("$line") ;;
    esac
  done
  compadd -- "\${found[@]}"
}
if [[ $funcstack[1] == _dailies ]]; then _dailies; else compdef _dailies dailies; fi
`;

const fish = `# Completion of dailies for fish: dailies completion fish | source
function __dailies_complete
  set -l words (commandline -opc)
  set -l program $words[1]
  set -e words[1]
  set -l current (commandline -ct)
  for line in ($program complete fish -- $words "$current" 2>/dev/null)
    switch $line
      case ':names'
      case ':files'
        __fish_complete_path "$current"
      case ':folders'
        __fish_complete_directories "$current" ''
      case '*'
        echo $line
    end
  end
end
complete -c dailies -f -a '(__dailies_complete)'
`;

export const completionScripts = { bash, zsh, fish } as const;

export type Shell = keyof typeof completionScripts;
