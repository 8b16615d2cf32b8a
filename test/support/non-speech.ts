/** Sounds without speech that ffmpeg can make, each with its length in seconds and its source. */
export interface NonSpeech {
  readonly name: string;
  readonly seconds: number;
  /** A source of ffmpeg's lavfi, without its duration. */
  readonly source: string;
}

const noise = (color: string, amplitude: number, filters = ""): string =>
  `anoisesrc=color=${color}:amplitude=${amplitude}:seed=7:r=16000${filters === "" ? "" : `,${filters}`}`;
/** A formula of t, in seconds; random(0) is noise. */
const formula = (expression: string, filters = ""): string =>
  `aevalsrc='${expression}':s=16000${filters === "" ? "" : `,${filters}`}`;
const tone = (hertz: number | string): string => `sin(2*PI*t*(${hertz}))`;
/** Sounds that fade away, with a number of strokes a second. */
const struck = (perSecond: number, decay: number, sound: string): string =>
  `exp(-${decay}*mod(t,${1 / perSecond}))*(${sound})`;
/** On for a part of each period. */
const pulsed = (period: number, share: number, sound: string): string =>
  `lt(mod(t,${period}),${period * share})*(${sound})`;
const chord = (...hertz: readonly number[]): string =>
  hertz.map((each) => `0.2*${tone(each)}`).join("+");
const hiss = "(random(0)-0.5)";

const kinds: readonly (readonly [name: string, seconds: number, source: string])[] = [
  ["silence", 600, "anullsrc=r=16000:cl=mono"],
  ["an offset", 10, formula("0.2")],
  ["white noise", 30, noise("white", 0.3)],
  ["faint white noise", 30, noise("white", 0.003)],
  ["pink noise", 60, noise("pink", 0.3)],
  ["faint pink noise", 60, noise("pink", 0.01)],
  ["brown noise", 60, noise("brown", 0.5)],
  ["blue noise", 20, noise("blue", 0.2)],
  ["violet noise", 20, noise("violet", 0.2)],
  ["velvet noise", 20, noise("velvet", 0.4)],
  ["rain", 60, noise("white", 0.2, "highpass=f=2000,tremolo=f=0.3:d=0.3")],
  ["wind", 60, noise("brown", 0.8, "tremolo=f=0.1:d=0.8")],
  ["the sea", 120, noise("pink", 0.4, "tremolo=f=0.12:d=0.9")],
  ["a waterfall", 20, noise("pink", 0.5, "bandpass=f=800:w=700")],
  ["noise that comes and goes four times a second", 30, noise("pink", 0.5, "tremolo=f=4:d=0.9")],
  [
    "noise of a voice's band, at the pace of syllables",
    30,
    noise("pink", 0.6, "bandpass=f=900:w=900,tremolo=f=5:d=1"),
  ],
  ["applause", 20, formula(`0.6*${hiss}*gt(random(1),0.97)+0.1*${hiss}`)],
  ["slow applause", 20, formula(`0.8*${struck(2.2, 60, hiss)}`)],
  ["a radio between stations", 20, noise("white", 0.3, "aphaser=speed=0.3")],
  ["tape hiss that fades", 20, noise("white", 0.1, "afade=t=out:st=5:d=12")],
  ["vinyl crackle", 30, formula(`0.9*${hiss}*gt(random(1),0.9985)+0.01*${hiss}`)],
  ["mains hum", 60, formula(`0.2*${tone(50)}+0.1*${tone(100)}+0.05*${tone(150)}`)],
  [
    "a transformer",
    30,
    formula("0.15*sin(2*PI*t*100)+0.1*sin(2*PI*t*200)+0.08*sin(2*PI*t*300)+0.05*sin(2*PI*t*400)"),
  ],
  ["a tone", 30, formula(`0.4*${tone(440)}`)],
  ["a low tone", 10, formula(`0.5*${tone(110)}`)],
  ["a high tone", 10, formula(`0.2*${tone(4000)}`)],
  ["a sweep", 30, formula("0.4*sin(2*PI*(100*t+30*t*t))")],
  ["a square wave", 10, formula(`0.2*sgn(${tone(150)})`)],
  ["a saw", 10, formula("0.3*(2*mod(t*130,1)-1)")],
  ["a siren", 30, formula("0.4*sin(2*PI*(700*t+60*sin(2*PI*0.5*t)))")],
  ["two-tone horn", 20, formula(`0.3*if(lt(mod(t,1),0.5),${tone(435)},${tone(580)})`)],
  ["an alarm", 20, formula(`0.4*${pulsed(0.5, 0.5, tone(2000))}`)],
  ["a dial tone", 20, formula(`0.2*${tone(350)}+0.2*${tone(440)}`)],
  ["a ringing tone", 30, formula(pulsed(6, 0.33, `0.2*${tone(440)}+0.2*${tone(480)}`))],
  ["engaged", 10, formula(pulsed(1, 0.5, `0.2*${tone(480)}+0.2*${tone(620)}`))],
  [
    "keys of a telephone",
    10,
    formula(
      pulsed(
        0.3,
        0.5,
        `0.2*${tone("697+77*mod(floor(t*3.33),4)")}+0.2*${tone("1209+130*mod(floor(t*3.33),3)")}`,
      ),
    ),
  ],
  ["a modem", 15, formula(`0.3*${tone("1200+1000*gt(mod(t*37,1),0.5)")}+0.1*${hiss}`)],
  ["Morse", 20, formula(`0.4*gt(sin(2*PI*t*3.1)+sin(2*PI*t*1.3),0.2)*${tone(700)}`)],
  ["beeps", 20, formula(pulsed(1, 0.1, `0.4*${tone(1000)}`))],
  ["a metronome", 30, formula(`0.8*${struck(2, 80, tone(1500))}`)],
  ["a clock", 60, formula(`0.3*${struck(1, 200, hiss)}`)],
  ["a heart", 20, formula(`0.8*${struck(1.2, 20, tone(50))}`)],
  ["knocking", 15, formula(`0.8*lt(mod(t,3),1)*${struck(4, 50, `0.5*${tone(180)}+${hiss}`)}`)],
  ["footsteps", 20, formula(`0.6*${struck(1.8, 30, `0.6*${tone(90)}+0.6*${hiss}`)}`)],
  ["typing", 20, formula(`0.5*${struck(7, 120, hiss)}*gt(mod(t*1.7,1),0.3)`)],
  ["drums", 30, formula(`0.8*${struck(2, 10, hiss)}+0.6*${struck(1, 8, tone(60))}`)],
  [
    "drums and bass",
    30,
    formula(`0.5*${struck(4, 25, hiss)}+0.4*${struck(2, 4, tone("55+18*mod(floor(t*2),4)"))}`),
  ],
  ["notes", 30, formula(`0.3*${struck(3, 4, tone("220+110*floor(mod(t*3,5))"))}`)],
  [
    "a melody with harmonics",
    30,
    formula(
      `0.3*${struck(2.5, 3, `${tone("262*exp(0.0578*mod(floor(t*2.5)*5,12))")}+0.5*${tone("524*exp(0.0578*mod(floor(t*2.5)*5,12))")}+0.3*${tone("786*exp(0.0578*mod(floor(t*2.5)*5,12))")}`)}`,
    ),
  ],
  ["a chord", 20, formula(chord(262, 330, 392))],
  [
    "changing chords",
    30,
    formula(
      `0.2*(${tone("220+30*mod(floor(t),4)")}+${tone("277+35*mod(floor(t),4)")}+${tone("330+40*mod(floor(t),4)")})`,
    ),
  ],
  ["an organ with vibrato", 20, formula(chord(131, 196, 262, 392), "vibrato=f=6:d=0.3")],
  [
    "a bell",
    20,
    formula(`0.5*${struck(0.3, 1.2, `${tone(523)}+0.6*${tone(1257)}+0.4*${tone(2093)}`)}`),
  ],
  [
    "a plucked string",
    20,
    formula(
      `0.4*${struck(1.5, 5, `${tone(147)}+0.5*${tone(294)}+0.3*${tone(441)}+0.2*${tone(588)}`)}`,
    ),
  ],
  ["birds", 30, formula(`0.3*${pulsed(0.7, 0.2, tone("3000+1500*sin(2*PI*t*11)"))}`)],
  ["crickets", 30, formula(`0.2*${pulsed(0.8, 0.4, `${tone(4500)}*gt(sin(2*PI*t*30),0)`)}`)],
  ["frogs", 20, formula(`0.4*${pulsed(0.9, 0.3, `${tone(180)}*gt(sin(2*PI*t*25),0)`)}`)],
  ["a motor", 60, formula(`0.3*(2*mod(t*47,1)-1)+0.1*${hiss}`, "lowpass=f=900")],
  ["a helicopter", 20, formula(`0.7*${hiss}*(0.2+0.8*gt(sin(2*PI*t*11),0.4))`, "lowpass=f=700")],
  [
    "a train",
    60,
    formula(
      `0.5*${struck(1.4, 14, hiss)}+0.2*${struck(2.8, 20, hiss)}+0.08*${hiss}`,
      "lowpass=f=1500",
    ),
  ],
  ["sawing", 20, formula(`0.4*${hiss}*abs(sin(2*PI*t*1.1))`, "bandpass=f=2500:w=2000")],
  ["dripping", 20, formula(`0.5*${struck(1.3, 25, tone("900+400*mod(t*1.3,1)"))}`)],
];

export const nonSpeech: readonly NonSpeech[] = kinds.map(([name, seconds, source]) => ({
  name,
  seconds,
  source,
}));
