//! Messages of `application/vnd.amazon.eventstream`, written after AWS's description of the format and without a look at
//! the reader that they test.

/// One message of this kind (`event`, `exception`) and name.
pub(super) fn message(kind: &str, name: &str, payload: &str) -> Vec<u8> {
    let mut headers = header(&format!(":{kind}-type"), name);
    headers.extend(header(":content-type", "application/json"));
    headers.extend(header(":message-type", kind));
    let whole = 12 + headers.len() + payload.len() + 4;
    let mut out = Vec::with_capacity(whole);
    out.extend_from_slice(&(whole as u32).to_be_bytes());
    out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    out.extend_from_slice(&checksum(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&checksum(&out).to_be_bytes());
    out
}

/// A header of type 7, text.
fn header(name: &str, value: &str) -> Vec<u8> {
    let mut out = vec![name.len() as u8];
    out.extend_from_slice(name.as_bytes());
    out.push(7);
    out.extend_from_slice(&(value.len() as u16).to_be_bytes());
    out.extend_from_slice(value.as_bytes());
    out
}

/// CRC-32, bit by bit: slow, short, and nobody else's.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    }
}
