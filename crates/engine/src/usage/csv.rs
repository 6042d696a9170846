//! Usage as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe in front.

use inkhorn_contract::{UsageGroupView, UsageRowView};

/// The head of a file of requests.
pub(super) const REQUESTS: &str = "time,face,app,feature,connection,provider,model,answered_by,input_tokens,cache_read_tokens,\
     cache_write_tokens,output_tokens,reasoning_tokens,cost,cost_source,quality,result,error,latency_ms,\
     first_token_ms\r\n";

/// One request, with its line end.
pub(super) fn request(row: &UsageRowView) -> String {
    let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let cells = [
        cell(&row.time),
        cell(row.face.as_str()),
        text(&row.app),
        cell(&row.feature),
        text(&row.connection),
        text(&row.provider),
        text(&row.model),
        text(&row.answered_by),
        number(row.input_tokens),
        number(row.cache_read_tokens),
        number(row.cache_write_tokens),
        number(row.output_tokens),
        number(row.reasoning_tokens),
        row.cost.clone().unwrap_or_default(),
        cell(row.cost_source.as_str()),
        cell(row.quality.as_str()),
        cell(row.result.as_str()),
        text(&row.error),
        row.latency_ms.to_string(),
        number(row.first_token_ms),
    ];
    format!("{}\r\n", cells.join(","))
}

pub(super) fn groups(groups: &[UsageGroupView]) -> String {
    let mut out =
        String::from("name,requests,input_tokens,output_tokens,cost,unpriced_requests,failed_requests\r\n");
    for group in groups {
        let sums = &group.sums;
        let numbers = [sums.requests, sums.input_tokens, sums.output_tokens].map(|number| number.to_string());
        let cost = sums.cost.clone().unwrap_or_default();
        let rest = [sums.unpriced_requests, sums.failed_requests].map(|number| number.to_string());
        out.push_str(&format!("{},{},{cost},{}\r\n", cell(&group.name), numbers.join(","), rest.join(",")));
    }
    out
}

fn cell(text: &str) -> String {
    const FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
    let text = if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, written) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("＝1", "\"'＝1\""),
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
        ] {
            assert_eq!(super::cell(text), written);
        }
    }
}
