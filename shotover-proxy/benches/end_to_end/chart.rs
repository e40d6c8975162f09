//! How is a run drawn? A bar for the cost of each contestant, as a multiple of the relay's.

use super::statistics::Spread;

/// One workload.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) bars: Vec<Bar>,
}

/// One contestant.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// How many times the relay's cost.
    pub(crate) times_relay: Spread,
    /// What it should be at most.
    pub(crate) at_most: Option<f64>,
}

const WIDTH: f64 = 960.0;
/// Where bars begin, behind the names of workloads.
const LEFT: f64 = 200.0;
const TOP: f64 = 64.0;
/// Of a bar, and between workloads.
const BAR: f64 = 15.0;
const GAP: f64 = 12.0;
/// Bars beyond this multiple are cut off.
const MOST: f64 = 4.0;
/// Of one multiple: figures have to fit behind the longest bar.
const UNIT: f64 = (WIDTH - LEFT - 130.0) / MOST;

const COLOURS: [&str; 8] = [
    "#9a9a9a", "#2f6db5", "#2e8b57", "#c8681e", "#8a56ac", "#5aa9c7", "#b5a32f", "#b54a5f",
];

/// A picture in SVG.
pub(crate) fn draw(groups: &[Group]) -> String {
    // Whoever failed has no bar.
    let drawn = groups.iter().filter(|group| !group.bars.is_empty());
    let groups: &[Group] = &drawn.cloned().collect::<Vec<_>>();
    let names = names(groups);
    let bars: usize = groups.iter().map(|group| group.bars.len()).sum();
    let height = TOP + bars as f64 * BAR + groups.len() as f64 * GAP + 16.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
        height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
        <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    legend(&mut svg, &names);
    scale(&mut svg, height);
    let mut y = TOP;
    for group in groups {
        text(&mut svg, (LEFT - 8.0, y + BAR * 0.8), "end", &group.title);
        for bar in &group.bars {
            draw_bar(&mut svg, y, bar, colour(&names, &bar.name));
            y += BAR;
        }
        y += GAP;
    }
    svg.push_str("</svg>\n");
    svg
}

/// The contestants, in the order of their first bars.
fn names(groups: &[Group]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for bar in groups.iter().flat_map(|group| &group.bars) {
        if !names.contains(&&*bar.name) {
            names.push(&bar.name);
        }
    }
    names
}

fn colour(names: &[&str], name: &str) -> &'static str {
    let position = names.iter().position(|other| *other == name);
    COLOURS[position.unwrap_or(0) % COLOURS.len()]
}

fn legend(svg: &mut String, names: &[&str]) {
    let title = "Processor time (or memory) as a multiple of a plain relay's: median and range of all rounds";
    text(svg, (10.0, 18.0), "start", title);
    let mut x = 10.0;
    for name in names {
        rect(svg, [x, 28.0, 10.0, 10.0], colour(names, name));
        text(svg, (x + 14.0, 37.0), "start", name);
        x += 34.0 + 7.0 * name.chars().count() as f64;
    }
    line(svg, [x + 4.0, 27.0, x + 4.0, 39.0], "#d00000");
    text(svg, (x + 10.0, 37.0), "start", "what is aimed at");
}

fn scale(svg: &mut String, height: f64) {
    for (times, label) in [
        (0.0, "0"),
        (1.0, "relay"),
        (2.0, "2 ×"),
        (3.0, "3 ×"),
        (4.0, "4 ×"),
    ] {
        let x = LEFT + times * UNIT;
        let stroke = if label == "relay" {
            "#404040"
        } else {
            "#d8d8d8"
        };
        line(svg, [x, TOP - 6.0, x, height - 10.0], stroke);
        text(svg, (x, TOP - 9.0), "middle", label);
    }
}

fn draw_bar(svg: &mut String, y: f64, bar: &Bar, colour: &str) {
    let at = |times: f64| LEFT + times.clamp(0.0, MOST) * UNIT;
    let Spread {
        median,
        least,
        most,
    } = bar.times_relay;
    let middle = y + BAR / 2.0;
    rect(svg, [LEFT, y + 1.0, at(median) - LEFT, BAR - 3.0], colour);
    line(svg, [at(least), middle, at(most), middle], "black");
    if let Some(at_most) = bar.at_most {
        line(svg, [at(at_most), y, at(at_most), y + BAR - 1.0], "#d00000");
    }
    let figures = if least < most {
        format!("{median:.2} ({least:.2}-{most:.2})")
    } else {
        format!("{median:.2}")
    };
    let end = at(median.max(most)) + 6.0;
    text(svg, (end, y + BAR * 0.8), "start", &figures);
}

fn rect(svg: &mut String, [x, y, width, height]: [f64; 4], fill: &str) {
    let shape =
        format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"");
    svg.push_str(&format!("{shape} fill=\"{fill}\"/>\n"));
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], stroke: &str) {
    let ends = format!("x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"");
    svg.push_str(&format!(
        "<line {ends} stroke=\"{stroke}\" stroke-width=\"1.5\"/>\n"
    ));
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let place = format!("x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"");
    svg.push_str(&format!("<text {place}>{words}</text>\n"));
}
