#!/bin/sh
# Makes a sample and processes it completely. `npm run demo` runs this script.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh

out=demo-out
mkdir -p "$out"

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
dailies() {
  set -- "$@" --data-dir "$out/data"
  printf '%s$ bin/dailies %s%s\n' "$bold" "$*" "$plain"
  bin/dailies "$@"
}

if [ ! -f "$out/sample.mp4" ]; then
  title "Making a sample: a sunrise in the mountains, with a voice that describes it"
  sh scripts/make-sample.sh "$out/sample.mp4"
fi

title "Processing the sample"
status=0
dailies process "$out/sample.mp4" --out "$out/results" || status=$?
[ "$status" != 1 ] || exit 1 # 1: it could not run; 2: some steps failed, and the other results exist

title "Showing the results"
dailies show sample.mp4

title "Searching for the mountain"
dailies search mountain

title "Open these"
meaning_of() {
  case $1 in
    */web/*) echo "video for the web" ;;
    */phone/*) echo "video for phones" ;;
    */audio/*) echo "the sound alone" ;;
    */master.m3u8) echo "adaptive stream (HLS)" ;;
    */manifest.mpd) echo "adaptive stream (DASH)" ;;
    */gif/*) echo "moving preview" ;;
    */poster/*) echo "poster picture" ;;
    *.vtt) echo "captions (WebVTT)" ;;
    *.srt) echo "captions (SRT)" ;;
    */transcribe/*) echo "timed transcript" ;;
    */labels/*) echo "labels" ;;
    *) echo "more" ;;
  esac
}
printf '  %-18s  %s\n' "the sample" "$PWD/$out/sample.mp4"
find "$PWD/$out/results" -type f ! -name ".*" \
  \( ! -path "*/output/stream/*" -o -name master.m3u8 -o -name manifest.mpd \) | sort | while read -r file; do
  printf '  %-18s  %s\n' "$(meaning_of "$file")" "$file"
done
printf '\nTo start again: rm -r %s\n' "$out"
exit "$status"
