//! Reading of ELF, the format of programs on Linux.

/// Type of the program header that names the dynamic linker.
const INTERPRETER: u32 = 3;

/// Returns whether a program needs a dynamic linker, and with it libraries of the system; `None` if
/// the bytes are not those of a 64-bit little-endian ELF file.
pub(super) fn interpreter(bytes: &[u8]) -> Option<bool> {
    if !bytes.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        bytes.iter().rev().try_fold(0_usize, |value, byte| {
            value.checked_mul(256)?.checked_add(usize::from(*byte))
        })
    };
    // Elf64_Ehdr: e_phoff, e_phentsize and e_phnum.
    let (offset, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for header in 0..count {
        let at = offset.checked_add(header.checked_mul(size)?)?;
        if u32::try_from(number(at, 4)?) == Ok(INTERPRETER) {
            return Some(true);
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a file with one program header of this type.
    fn file(kind: u8) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (bytes[32], bytes[54], bytes[56]) = (64, 56, 1);
        bytes[64] = kind;
        bytes
    }

    #[test]
    fn a_static_program_has_no_interpreter() {
        assert_eq!(interpreter(&file(1)), Some(false));
        assert_eq!(interpreter(&file(3)), Some(true));
        assert_eq!(interpreter(&file(3)[..64]), None);
        assert_eq!(interpreter(b"MZ"), None);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn this_program_has_an_interpreter() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(interpreter(&bytes), Some(true));
    }
}
