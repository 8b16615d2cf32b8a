/**
 * The order in which ECMA-376 (part 1, annex A: wml.xsd, dml-chart.xsd, dml-wordprocessingDrawing.xsd)
 * wants the children of an element. Word calls a file with another order broken. The list has all
 * elements of the documents here, and those that may come between them.
 */
const runProperties =
  "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof " +
  "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd " +
  "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath";
const paragraphProperties =
  "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd " +
  "tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi " +
  "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc " +
  "textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr";
const axis =
  "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark " +
  "tickLblPos spPr txPr crossAx crosses crossesAt";

const orders: Readonly<Record<string, string>> = {
  "w:body": "p|tbl sectPr",
  "w:p": "pPr r|hyperlink|bookmarkStart|bookmarkEnd",
  "w:rPr": runProperties,
  "w:pPr": paragraphProperties,
  "w:pBdr": "top left bottom right between bar",
  "w:sectPr":
    "headerReference|footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType " +
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid",
  "w:tblPr":
    "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc " +
    "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
  "w:tcPr":
    "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
  "w:styles": "docDefaults latentStyles style",
  "w:docDefaults": "rPrDefault pPrDefault",
  "w:style":
    "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat " +
    "locked rsid pPr rPr tblPr trPr tcPr tblStylePr",
  "w:settings":
    "zoom displayBackgroundShape defaultTabStop evenAndOddHeaders footnotePr endnotePr compat",
  "wp:inline": "extent effectExtent docPr cNvGraphicFramePr graphic",
  "c:chartSpace":
    "date1904 lang roundedCorners style clrMapOvr chart spPr txPr externalData printSettings",
  "c:chart":
    "title autoTitleDeleted pivotFmts view3D floor plotArea legend plotVisOnly dispBlanksAs",
  "c:plotArea": "layout barChart catAx|valAx dTable spPr",
  "c:barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
  "c:ser":
    "idx order tx spPr invertIfNegative pictureOptions dPt dLbls trendline errBars cat val shape",
  "c:dPt": "idx invertIfNegative marker bubble3D explosion spPr",
  "c:dLbls":
    "dLbl delete numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent " +
    "showBubbleSize separator",
  "c:title": "tx layout overlay spPr txPr",
  "c:catAx": `${axis} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl`,
  "c:valAx": `${axis} crossBetween majorUnit minorUnit dispUnits`,
  "c:scaling": "logBase orientation max min",
};

/** Each child's place among its siblings, by element. */
const places = new Map(
  Object.entries(orders).map(([element, order]) => {
    const names = order
      .split(" ")
      .flatMap((group, at) => group.split("|").map((name) => [name, at] as const));
    return [element, new Map(names)];
  }),
);

/** Elements of a well-formed part that the schema does not allow in their place; empty when there are none. */
export function orderFaults(xml: string): string[] {
  const faults = new Set<string>();
  const open: { name: string; at: number; last: string }[] = [];
  for (const [, end, name = "", self] of xml.matchAll(/<(\/?)(\w+:\w+)[^>]*?(\/?)>/g)) {
    if (end === "/") {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    const order = parent === undefined ? undefined : places.get(parent.name);
    if (parent !== undefined && order !== undefined) {
      const at = order.get(name.split(":")[1] ?? "");
      if (at === undefined) faults.add(`${name} is not known in ${parent.name}`);
      else if (at < parent.at) faults.add(`${name} comes after ${parent.last} in ${parent.name}`);
      parent.at = Math.max(parent.at, at ?? 0);
      parent.last = name;
    }
    if (self !== "/") open.push({ name, at: 0, last: "" });
  }
  return [...faults];
}
