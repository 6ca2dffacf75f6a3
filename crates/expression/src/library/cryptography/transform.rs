//! `System.Security.Cryptography.ICryptoTransform`: a cipher at work.

use super::block::{self, Block, Padding};
use super::{bytes, random_bytes, refused};
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Encrypts or decrypts piece by piece.
pub static TRANSFORM: Class = Class::new("System.Security.Cryptography.ICryptoTransform", ClassKind::Interface)
    .inherits(&["IDisposable"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)",
        "Aes.Create().CreateEncryptor().TransformFinalBlock(new byte[20], 0, 20).Length",
        "32",
        |call, a| {
            let piece = input(a)?;
            of(a)?.finish(call, &piece)
        },
    ),
    row(
        "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, int outputOffset)",
        "Aes.Create().CreateEncryptor().TransformBlock(new byte[20], 0, 16, new byte[16], 0)",
        "16",
        |call, a| {
            let (transform, piece) = (of(a)?, input(a)?);
            if piece.is_empty() || !piece.len().is_multiple_of(transform.size) {
                return Err(Thrown::out_of_range(
                    "TransformBlock may only process bytes in block sized increments.",
                    "inputCount",
                ));
            }
            let output = a.required(4)?.object::<Array>().ok_or_else(Thrown::null_reference)?;
            let offset = usize::try_from(a.int(5)).unwrap_or(usize::MAX);
            if offset.checked_add(piece.len()).is_none_or(|end| end > output.len()) {
                return Err(Thrown::out_of_range(
                    "Offset and length were out of bounds for the array.",
                    "outputBuffer",
                ));
            }
            let result = transform.advance(call, &piece)?;
            for (at, byte) in result.iter().enumerate() {
                output.set(offset + at, Value::Byte(*byte));
            }
            Ok((result.len() as i32).into())
        },
    ),
    row(
        "int InputBlockSize { get; }",
        "Aes.Create().CreateEncryptor().InputBlockSize",
        "16",
        |_, a| Ok((of(a)?.size as i32).into()),
    ),
    row(
        "int OutputBlockSize { get; }",
        "Aes.Create().CreateEncryptor().OutputBlockSize",
        "16",
        |_, a| Ok((of(a)?.size as i32).into()),
    ),
    row(
        "bool CanTransformMultipleBlocks { get; }",
        "Aes.Create().CreateEncryptor().CanTransformMultipleBlocks",
        "True",
        |_, _| Ok(true.into()),
    ),
    row(
        "bool CanReuseTransform { get; }",
        "Aes.Create().CreateEncryptor().CanReuseTransform",
        "True",
        |_, _| Ok(true.into()),
    ),
];

/// A cipher with everything that it needs.
pub struct Transform {
    /// The cipher with its key.
    pub cipher: Arc<dyn Block>,
    /// Bytes of a block.
    pub size: usize,
    /// What the first block is mixed with in CBC; none in ECB.
    pub start: Option<Vec<u8>>,
    /// How the last block is filled.
    pub padding: Padding,
    /// Whether it encrypts.
    pub encrypts: bool,
    /// Where it is.
    pub state: Mutex<State>,
}

/// Where a transformation is.
#[derive(Default)]
pub struct State {
    /// The last encrypted block; none before the first.
    chain: Option<Vec<u8>>,
    /// The last block when it is decrypted piece by piece: only the end of all tells whether it has padding.
    held: Vec<u8>,
}

impl Transform {
    fn run(&self, state: &mut State, bytes: &mut [u8]) {
        if state.chain.is_none() {
            state.chain.clone_from(&self.start);
        }
        let work = if self.encrypts { block::encrypt } else { block::decrypt };
        work(&*self.cipher, self.size, state.chain.as_mut(), bytes);
    }

    fn advance(&self, call: &mut Call<'_, '_>, piece: &[u8]) -> Result<Vec<u8>, Thrown> {
        account(call, piece.len())?;
        let mut state = self.state.lock();
        let mut bytes = std::mem::take(&mut state.held);
        bytes.extend(piece);
        if !self.encrypts && self.padding.is_counted() {
            state.held = bytes.split_off(bytes.len().saturating_sub(self.size));
        }
        self.run(&mut state, &mut bytes);
        Ok(bytes)
    }

    /// Transforms the last piece, and begins anew.
    ///
    /// # Errors
    /// `CryptographicException` for an incomplete block or a padding that is none.
    pub fn finish(&self, call: &mut Call<'_, '_>, piece: &[u8]) -> Outcome {
        account(call, piece.len())?;
        let mut state = std::mem::take(&mut *self.state.lock());
        let mut bytes = std::mem::take(&mut state.held);
        bytes.extend(piece);
        let incomplete = || refused("The input data is not a complete block.");
        if self.encrypts {
            let filler = random_bytes(self.size)?;
            let random = |count| filler.into_iter().take(count).collect();
            self.padding
                .fill(&mut bytes, self.size, random)
                .ok_or_else(incomplete)?;
        } else if !bytes.len().is_multiple_of(self.size) {
            return Err(incomplete());
        }
        self.run(&mut state, &mut bytes);
        if !self.encrypts {
            let invalid = || refused("Padding is invalid and cannot be removed.");
            self.padding.strip(&mut bytes, self.size).ok_or_else(invalid)?;
        }
        Ok(Array::bytes(bytes))
    }
}

/// A block of 16 bytes is some 50 ns without the processor's help.
fn account(call: &mut Call<'_, '_>, length: usize) -> Result<(), Thrown> {
    call.step(1 + length as u64 / 16)?;
    call.allocate(length)
}

impl fmt::Debug for Transform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ICryptoTransform")
    }
}

impl Object for Transform {
    fn type_name(&self) -> String {
        TRANSFORM.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Transform, Thrown> {
    a.value(0).object().ok_or_else(Thrown::null_reference)
}

/// The stretch of the input that is to be transformed.
fn input(a: Arguments<'_>) -> Result<Vec<u8>, Thrown> {
    let whole = bytes(a, 1)?;
    let outside = |name| Thrown::out_of_range("Specified argument was out of the range of valid values.", name);
    let start = usize::try_from(a.int(2)).map_err(|_| outside("inputOffset"))?;
    let count = usize::try_from(a.int(3)).map_err(|_| outside("inputCount"))?;
    let stretch = start.checked_add(count).and_then(|end| whole.get(start..end));
    stretch.map(<[u8]>::to_vec).ok_or_else(|| {
        Thrown::new(
            "System.ArgumentException",
            "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
        )
    })
}
