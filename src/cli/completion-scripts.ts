/**
 * Completion scripts. Each hands the words of the command line to the hidden command `__complete`, which answers one candidate a
 * line; where it has none, the shell completes file names.
 * @module
 */
const BASH = `# oci-store completion for bash
_oci_store() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  [ "$1" = oci-s3 ] && words=(s3 "\${words[@]}")
  COMPREPLY=($(compgen -W "$(oci-store __complete "\${words[@]}" 2>/dev/null)" -- "$2"))
}
complete -o default -F _oci_store oci-store oci-s3
`

const ZSH = `#compdef oci-store oci-s3
# oci-store completion for zsh
_oci_store() {
  local -a line candidates
  line=("\${(@)words[2,CURRENT]}")
  [[ $service == oci-s3 ]] && line=(s3 "\${line[@]}")
  candidates=("\${(@f)$(oci-store __complete "\${line[@]}" 2>/dev/null)}")
  if [[ -n "$candidates" ]]; then compadd -a candidates; else _files; fi
}
compdef _oci_store oci-store oci-s3
`

const FISH = `# oci-store completion for fish
function __oci_store_complete
  set -l line (commandline -opc)[2..] (commandline -ct)
  oci-store __complete $argv $line 2>/dev/null
end
complete -c oci-store -a '(__oci_store_complete)'
complete -c oci-s3 -a '(__oci_store_complete s3)'
`

/** Shell → its script. */
export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
