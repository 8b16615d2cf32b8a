#!/bin/sh
# Installs the Node packages and the programs that dailies uses. It does only what is missing, so it may run
# before every test and demo. When nothing is missing it prints nothing.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Node packages are installed only in a clone; an installed package already has its own. npm writes its
# record below node_modules last, so an interrupted installation has no record.
packages_are_ready() {
  record=node_modules/.package-lock.json
  [ ! -f package-lock.json ] ||
    { [ -f "$record" ] && [ -z "$(find -H package-lock.json -newer "$record")" ]; }
}

install_packages() {
  if ! has npm; then
    say "npm is missing: install Node.js 24 from https://nodejs.org"
    exit 1
  fi
  # npm ci first empties the folder, also through a link to another project's folder.
  if [ -L node_modules ]; then
    say "node_modules is a link and not up to date: run 'npm ci' in the link's target, or remove the link"
    exit 1
  fi
  say "installing Node packages (npm ci)"
  # onnxruntime-node would fetch files that only graphics cards need.
  ONNXRUNTIME_NODE_INSTALL=skip npm ci --loglevel=error --no-audit --no-fund >&2
}

has_ffmpeg() { has ffmpeg && has ffprobe; }

# Debian has separate packages for the program and its model; other systems have one.
has_pocketsphinx() {
  if has pocketsphinx_continuous; then
    ! has dpkg || [ -d /usr/share/pocketsphinx/model/en-us ] ||
      [ -d "$(dirname "$(command -v pocketsphinx_continuous)")/../share/pocketsphinx/model/en-us" ]
  else
    has pocketsphinx
  fi
}

# Says how words sound that are in no dictionary, so that they get exact times.
has_espeak() { has espeak-ng; }

# Only Linux has bubblewrap.
has_bubblewrap() { has bwrap || [ "$(uname -s)" != Linux ]; }

# A word processor opens our documents in tests. It is needed only where those tests must not be skipped.
has_word_processor() { [ -z "${CI:-}" ] || { has soffice && has pdftotext; }; }

# Completion is tried in these shells. They are needed only where those tests must not be skipped.
has_shells() { [ -z "${CI:-}" ] || { has zsh && has fish; }; }

# The page is tried in a browser. It is needed only where those tests must not be skipped.
has_browser() { [ -z "${CI:-}" ] || has chromium; }

# Published programs that tests send to the service. They are needed only where those tests must not be skipped.
has_aws_clients() {
  [ -z "${CI:-}" ] || { has rclone && has s3cmd && [ -x /usr/bin/aws ] &&
    /usr/bin/python3 -c 'import boto3' 2>/dev/null; }
}

# Today's boto3 and aws-cli beside the system's old ones.
prepare_aws_clients() {
  programs=node_modules/.cache/aws-clients/bin
  [ -n "${CI:-}" ] && [ ! -x "$programs/aws" ] && has python3 || return 0
  say "installing boto3 and aws-cli for the tests (pip)"
  { python3 -m venv node_modules/.cache/aws-clients &&
    "$programs/python" -m pip install --quiet --disable-pip-version-check boto3 awscli; } >/dev/null 2>&1 ||
    say "warning: it cannot be installed now"
}

# The missing packages, with their names in one package manager.
missing_packages() { # apt | dnf | brew
  has_ffmpeg || printf ' ffmpeg'
  has_pocketsphinx || case $1 in
    apt) printf ' pocketsphinx pocketsphinx-en-us' ;;
    dnf) printf ' pocketsphinx' ;;
    brew) printf ' cmu-pocketsphinx' ;;
  esac
  has_espeak || printf ' espeak-ng'
  has_bubblewrap || [ "$1" = brew ] || printf ' bubblewrap'
  has_aws_clients || [ "$1" != apt ] || printf ' awscli rclone s3cmd python3-boto3'
  has_word_processor || [ "$1" != apt ] || printf ' libreoffice-writer poppler-utils'
  has_shells || [ "$1" != apt ] || printf ' zsh fish'
  has_browser || [ "$1" != apt ] || printf ' chromium'
}

install_with_apt() { # packages
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
    install --no-install-recommends "$@"
  [ "$(id -u)" = 0 ] || set -- sudo -n "$@"
  # The list of packages is fetched only when it is missing or too old.
  if ! "$@" >"$log" 2>&1; then
    say "fetching the list of packages (apt-get update)"
    update="apt-get -q -o DPkg::Lock::Timeout=120 update"
    [ "$(id -u)" = 0 ] || update="sudo -n $update"
    $update >>"$log" 2>&1 || true
    "$@" >>"$log" 2>&1 || tail -n 5 "$log" >&2
  fi
}

tell_how_to_install() {
  rpm_fusion=
  has_ffmpeg || rpm_fusion="   # ffmpeg with x264 is in RPM Fusion"
  if has apt-get; then
    say "  sudo apt-get install$(missing_packages apt)"
  elif has dnf; then
    say "  sudo dnf install$(missing_packages dnf)$rpm_fusion"
  elif has brew; then
    say "  brew install$(missing_packages brew)"
  else
    say "  apt:  sudo apt-get install$(missing_packages apt)"
    say "  dnf:  sudo dnf install$(missing_packages dnf)$rpm_fusion"
    say "  brew: brew install$(missing_packages brew)"
  fi
}

# Fetches the small models. If that fails, results have a lower quality, and there is no other attempt for
# a day. DAILIES_SETUP_MODELS=0 prevents it.
can_fetch_models() {
  [ "${DAILIES_SETUP_MODELS:-1}" != 0 ] || return 1
  case ${XDG_DATA_HOME:-} in
    /*) models=${DAILIES_MODELS_DIR:-$XDG_DATA_HOME/dailies/models} ;;
    *) models=${DAILIES_MODELS_DIR:-${HOME:+$HOME/.local/share/dailies/models}} ;; # a relative path does not count
  esac
  [ -n "$models" ]
}

# Whether one of the models is missing without an attempt in the last day. Records the attempt.
lacks_models() { # set | models...
  set_name=$1
  shift
  missing=
  for id; do [ -f "$models/$id/model.json" ] || missing=1; done
  tried=$models/.$set_name-tried
  [ -n "$missing" ] && [ -z "$(find "$tried" -mmin -1440 2>/dev/null)" ] &&
    mkdir -p "$models" 2>/dev/null && : >"$tried" 2>/dev/null
}

fetch_models() { # set | what it is, with its size | seconds
  say "fetching $2"
  limit=$(command -v timeout || true)
  DAILIES_MODELS_DIR=$models ${limit:+"$limit" "$3"} bin/dailies models pull "$1" --quiet >/dev/null 2>&1 ||
    say "they cannot be fetched now; try later: dailies models pull $1"
}

# Whether the only source answers within three seconds.
publisher_answers() {
  node -e 'fetch(process.argv[1], { method: "HEAD", signal: AbortSignal.timeout(3000) }).then(() => process.exit(0), () => process.exit(1))' \
    "${DAILIES_MODELS_MIRROR:-https://github.com}" >/dev/null 2>&1
}

fetch_all_models() {
  can_fetch_models || return 0
  if lacks_models speech-small moonshine-tiny-en silero-vad; then
    fetch_models speech-small "the speech models: Moonshine and voice detection (47 MB)" 300
  fi
  if lacks_models labels yolox-nano mobilenet-v2 && publisher_answers; then
    fetch_models labels "the label models (18 MB)" 120
  fi
}

# A clone builds the page when its code is newer; an installed package has it.
page_is_built() {
  page=dist/web/index.html
  [ ! -d src/web ] ||
    { [ -f "$page" ] && [ -z "$(find -H src/web package-lock.json -newer "$page" -print -quit)" ]; }
}

build_page() {
  say "building the page"
  PATH="$PWD/node_modules/.bin:$PATH" node scripts/build-page.ts >/dev/null ||
    say "warning: the page cannot be built: the service answers programs only"
}

packages_are_ready || install_packages
page_is_built || build_page
fetch_all_models
prepare_aws_clients

packages=$(missing_packages apt)
[ -n "$packages" ] || exit 0

if has apt-get && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
  say "installing$packages (apt-get)"
  # shellcheck disable=SC2086 # one word a package
  install_with_apt $packages
  [ -n "$(missing_packages apt)" ] || exit 0
fi

has_ffmpeg || say "error: ffmpeg is missing: nothing can be probed or transcoded without it"
has_pocketsphinx || say "warning: pocketsphinx is missing: word times are estimates, and there is no draft engine"
has_espeak || say "warning: espeak-ng is missing: times of rare words are less exact"
has_bubblewrap || say "warning: bubblewrap is missing: the sandbox for decoders is weaker"
say "install the missing programs with:"
tell_how_to_install
has_ffmpeg || exit 1
