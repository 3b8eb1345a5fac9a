/**
 * Completions for bash, zsh and fish, made from the table.
 *
 * All three scripts work alike: they walk over the words before the one to be completed, know from the options' rows
 * which of them are values, and so offer values, option names or files.
 */

import type { Shell } from "./command.ts";
import { allOptions, type Option, type Param } from "./options.ts";

/** The script for a shell: to be sourced, or installed where the shell looks for completions. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bashScript();
    case "zsh":
      return zshScript();
    case "fish":
      return fishScript();
  }
}

function namesOf(option: Option): string[] {
  return option.short === undefined ? [option.long] : [option.short, option.long];
}

/** What a value is, in one word for the scripts: file, directory, text, or the words of a choice between commas. */
function kindWord(param: Param): string {
  if (param.kind === "file" || param.kind === "directory") return param.kind;
  return param.choices === undefined ? "text" : `,${param.choices.join(",")}`;
}

/** One line of a case statement for every option with values: `-xf|--config-file) echo "file text";;`. */
function kindCases(): string {
  return allOptions().filter((option) => option.params !== undefined).map((option) =>
    `    ${namesOf(option).join("|")}) echo "${(option.params ?? []).map(kindWord).join(" ")}" ;;`
  ).join("\n");
}

function bashScript(): string {
  return `# storescu(1) completions for bash: source this, or put it into bash-completion's folder as "storescu".
_storescu_kinds() {
  case "$1" in
${kindCases()}
  esac
}
_storescu() {
  local current="\${COMP_WORDS[COMP_CWORD]}" offered="" line i
  local -a kinds=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if ((\${#kinds[@]} > 0)); then kinds=("\${kinds[@]:1}")
    else read -r -a kinds <<< "$(_storescu_kinds "\${COMP_WORDS[i]}")"; fi
  done
  COMPREPLY=()
  case "\${kinds[0]-}" in
    text) return ;;
    ,*) offered="\${kinds[0]//,/ }" ;;
    "") case "$current" in [-+]*) offered="${allOptions().flatMap(namesOf).join(" ")}" ;; esac ;;
  esac
  if [[ -n "$offered" ]]; then
    compopt +o filenames 2> /dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$offered" -- "$current")
  elif [[ "\${kinds[0]-}" == directory ]]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current")
  else
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _storescu storescu
`;
}

function zshScript(): string {
  const described = allOptions().flatMap((option) =>
    namesOf(option).map((name) => `    ${quote(`${name.replaceAll(":", "\\:")}:${option.help}`)}`)
  ).join("\n");
  return `#compdef storescu
# storescu(1) completions for zsh: source this after compinit, or put it into a folder of fpath as "_storescu".
_storescu_kinds() {
  case "$1" in
${kindCases()}
  esac
}
_storescu() {
  local word
  local -a kinds names
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if (( $#kinds > 0 )); then kinds=("\${(@)kinds[2,-1]}")
    else kinds=(\${=$(_storescu_kinds "$word")}); fi
  done
  names=(
${described}
  )
  case "\${kinds[1]-}" in
    text) _message text ;;
    ,*) compadd -- \${(s:,:)kinds[1]} ;;
    directory) _path_files -/ ;;
    file) _files ;;
    *) if [[ "$PREFIX" == [-+]* ]]; then _describe -o option names; else _files; fi ;;
  esac
}
if [[ "\${funcstack[1]-}" == _storescu ]]; then _storescu "$@"; else compdef _storescu storescu; fi
`;
}

function fishScript(): string {
  const described = allOptions().flatMap((option) =>
    namesOf(option).map((name) => `    printf '%s\\t%s\\n' ${quote(name)} ${quote(option.help)}`)
  ).join("\n");
  const kinds = allOptions().filter((option) => option.params !== undefined).map((option) =>
    `    case ${namesOf(option).map(quote).join(" ")}\n` +
    `      printf '%s\\n' ${(option.params ?? []).map((param) => quote(kindWord(param))).join(" ")}`
  ).join("\n");
  return `# storescu(1) completions for fish: source this, or put it into a completions folder as "storescu.fish".
function __storescu_kinds
  switch $argv[1]
${kinds}
  end
end
function __storescu_complete
  set -l kinds
  set -l words (commandline -opc)
  for word in $words[2..-1]
    if set -q kinds[1]
      set -e kinds[1]
    else
      set kinds (__storescu_kinds $word)
    end
  end
  set -l current (commandline -ct)
  switch "$kinds[1]"
    case text
      return
    case ',*'
      string split -n , -- $kinds[1]
    case directory
      __fish_complete_directories $current
    case file
      __fish_complete_path $current
    case '*'
      if string match -qr -- '^[-+]' $current
        __storescu_names
      else
        __fish_complete_path $current
      end
  end
end
function __storescu_names
${described}
end
complete -c storescu -e
complete -c storescu -f -a '(__storescu_complete)'
`;
}

/** In single quotes, for any of the three shells. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
