#!/bin/sh
# Makes the demo's sample with ffmpeg alone: a sunrise in the mountains, with a voice that describes it.
# usage: scripts/make-sample.sh OUT.mp4
set -eu

out=${1:?usage: scripts/make-sample.sh OUT.mp4}
making=${out%.mp4}.part.mp4
trap 'rm -f -- "$making" "$making.aiff"' EXIT
trap 'exit 130' INT TERM

# The draft engine recognizes these sentences without a mistake in flite's voice rms.
words="Good morning. These are the dailies from yesterday. \
The first scene shows a mountain in the morning light. \
In the second picture, a river runs down to the sea. \
When the music begins, everyone turns to look at the water. \
Please send the final version to the office before noon."

# The ffmpeg of Debian and Fedora can speak. Homebrew's cannot, but macOS can.
if ffmpeg -hide_banner -v error -h filter=flite 2>/dev/null | grep -q voice; then
  voice="flite=voice=rms:text='$words'"
  set -- -f lavfi -i "$voice"
elif command -v say >/dev/null; then
  say -r 210 -o "$making.aiff" "$words"
  set -- -i "file:$making.aiff"
else
  echo "make-sample: this ffmpeg has no flite filter and there is no 'say': use a recording of your own, as in: bin/dailies process FILE" >&2
  exit 1
fi

# Each layer is computed once (geq is slow) and then moved: the sun up, near hills faster than far
# ones. The lake shows the lower part of the picture, upside down and darker.
once='format=yuva420p,loop=-1:1,setpts=N/25/TB'
ridge() { # colour, height, and three wave lengths
  echo "color=$1:s=2200x560:r=25:d=0.04,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*clip((Y-$2-52*sin(X/$3)-24*sin(X/$4+1)-9*sin(X/$5+2))/2,0,1)',$once"
}
picture="
color=black:s=1280x560:r=25:d=0.04,format=rgb24,geq=r='38+Y*0.36':g='52+Y*0.19':b='105+Y*0.02',$once[sky];
color=0xfff0b8:s=400x400:r=25:d=0.04,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(hypot(X-200,Y-200),52),255,150*pow(clip(1-(hypot(X-200,Y-200)-52)/148,0,1),2))',$once[sun];
$(ridge 0x6d5a7e 330 231 97 41)[far];
$(ridge 0x3a3556 430 173 71 29)[middle];
$(ridge 0x1a1c33 500 127 53 23)[near];
[sky][sun]overlay=x=740:y='180-11*t'[a];
[a][far]overlay=x='-9*t'[b];
[b][middle]overlay=x='-22*t'[c];
[c][near]overlay=x='-48*t',split[land][mirror];
[mirror]crop=1280:160:0:400,vflip,colorchannelmixer=rr=.62:gg=.66:bb=.8[lake];
[land][lake]vstack,format=yuv420p[picture]"

ffmpeg -nostdin -v error -y "$@" \
  -filter_complex "$picture;[0:a]adelay=500:all=1,apad[sound]" \
  -map '[picture]' -map '[sound]' -t 17.5 \
  -c:v libx264 -preset veryfast -crf 20 -c:a aac -b:a 192k -ar 48000 -movflags +faststart \
  "file:$making"
mv -- "$making" "$out"
