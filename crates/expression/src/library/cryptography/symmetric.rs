//! `System.Security.Cryptography.SymmetricAlgorithm` and the ciphers: the same members with another cipher, hence one file.
//!
//! Modes other than CBC and ECB are refused when they are set.

use super::block::{Kind, Padding};
use super::transform::Transform;
use super::{bytes, random_bytes, refused};
use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

static SYMMETRIC_ALGORITHM: Class = Class::new("System.Security.Cryptography.SymmetricAlgorithm", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS);
static CIPHER_MODE: Class = Class::enumeration(
    "System.Security.Cryptography.CipherMode",
    &[("CBC", 1), ("ECB", 2), ("OFB", 3), ("CFB", 4), ("CTS", 5)],
);
static PADDING_MODE: Class = Class::enumeration(
    "System.Security.Cryptography.PaddingMode",
    &[
        ("None", 1),
        ("PKCS7", 2),
        ("Zeros", 3),
        ("ANSIX923", 4),
        ("ISO10126", 5),
    ],
);

const CBC: i32 = 1;
const ECB: i32 = 2;

macro_rules! ciphers {
    ($($constant:ident $name:literal $kind:ident $key:literal [$($more:ident $more_name:literal)*];)*) => {
        $(
        static $constant: Class = Class::new(concat!("System.Security.Cryptography.", $name), ClassKind::Class)
            .inherits(&["SymmetricAlgorithm"])
            .rows(&[
                row(concat!("static ", $name, " Create()"), concat!($name, ".Create().KeySize"), $key, |_, _| {
                    Ok(Value::of(Algorithm::new(&$constant, Kind::$kind)))
                }),
                row(concat!("static ", $name, " Create(string algorithmName)"), concat!($name, ".Create(\"no cipher\") == null"), "True", |_, a| {
                    let created = named(a.text(0)?).filter(|algorithm| algorithm.class.0.derives_from($constant.name));
                    Ok(created.map_or(Value::Null, Value::of))
                }),
            ]);
        $(
        static $more: Class = Class::new(concat!("System.Security.Cryptography.", $more_name), ClassKind::Class)
            .inherits(&[$name])
            .rows(&[row("new()", concat!("new ", $more_name, "().KeySize"), $key, |_, _| {
                Ok(Value::of(Algorithm::new(&$more, Kind::$kind)))
            })]);
        )*
        )*
        /// The ciphers.
        pub const CLASSES: &[&Class] = &[&SYMMETRIC_ALGORITHM, &CIPHER_MODE, &PADDING_MODE, $(&$constant, $(&$more,)*)*];

        const KINDS: &[(&Class, Kind)] = &[$((&$constant, Kind::$kind), $((&$more, Kind::$kind),)*)*];
    };
}

ciphers! {
    AES "Aes" Aes "256" [AES_MANAGED "AesManaged" AES_PROVIDER "AesCryptoServiceProvider"];
    RIJNDAEL "Rijndael" Aes "256" [RIJNDAEL_MANAGED "RijndaelManaged"];
    DES "DES" Des "64" [DES_PROVIDER "DESCryptoServiceProvider"];
    TRIPLE_DES "TripleDES" TripleDes "192" [TRIPLE_DES_PROVIDER "TripleDESCryptoServiceProvider"];
}

const ROWS: &[Row] = &[
    row(
        "static SymmetricAlgorithm Create(string algName)",
        r#"SymmetricAlgorithm.Create("Aes").BlockSize"#,
        "128",
        |_, a| Ok(named(a.text(0)?).map_or(Value::Null, Value::of)),
    ),
    row("byte[] Key { get; }", "Aes.Create().Key.Length", "32", |_, a| {
        Ok(Array::bytes(of(a)?.state.lock().key()?))
    }),
    row("byte[] Key { set; }", "", "", |_, a| {
        let (algorithm, key) = (of(a)?, bytes(a, 1)?);
        if !algorithm.kind.keys().contains(&key.len()) {
            return Err(refused("Specified key is not a valid size for this algorithm."));
        }
        algorithm.refuse_weak(&key)?;
        let mut state = algorithm.state.lock();
        (state.key_length, state.key) = (key.len(), Some(key));
        Ok(Value::Null)
    }),
    row("byte[] IV { get; }", "Aes.Create().IV.Length", "16", |_, a| {
        let algorithm = of(a)?;
        Ok(Array::bytes(algorithm.state.lock().start(algorithm.kind)?))
    }),
    row("byte[] IV { set; }", "", "", |_, a| {
        let (algorithm, start) = (of(a)?, bytes(a, 1)?);
        if start.len() != algorithm.kind.block() {
            return Err(refused(
                "Specified initialization vector (IV) does not match the block size for this algorithm.",
            ));
        }
        algorithm.state.lock().start = Some(start);
        Ok(Value::Null)
    }),
    row("int KeySize { get; }", "TripleDES.Create().KeySize", "192", |_, a| {
        Ok((of(a)?.state.lock().key_length as i32 * 8).into())
    }),
    row("int KeySize { set; }", "", "", |_, a| {
        let algorithm = of(a)?;
        let length = key_length(algorithm.kind, a.int(1))
            .ok_or_else(|| refused("Specified key is not a valid size for this algorithm."))?;
        let mut state = algorithm.state.lock();
        (state.key_length, state.key) = (length, None);
        Ok(Value::Null)
    }),
    row(
        "bool ValidKeySize(int bitLength)",
        "Aes.Create().ValidKeySize(128)",
        "True",
        |_, a| Ok(key_length(of(a)?.kind, a.int(1)).is_some().into()),
    ),
    row("int BlockSize { get; }", "DES.Create().BlockSize", "64", |_, a| {
        Ok((of(a)?.kind.block() as i32 * 8).into())
    }),
    row("int BlockSize { set; }", "", "", |_, a| {
        if a.int(1) == of(a)?.kind.block() as i32 * 8 {
            Ok(Value::Null)
        } else {
            Err(refused("Specified block size is not valid for this algorithm."))
        }
    }),
    row("CipherMode Mode { get; }", "Aes.Create().Mode", "CBC", |_, a| {
        Ok(Value::Enum(ClassRef(&CIPHER_MODE), of(a)?.state.lock().mode))
    }),
    row("CipherMode Mode { set; }", "", "", |_, a| {
        let mode = a.int(1);
        if !matches!(mode, CBC | ECB) {
            return Err(refused("Specified cipher mode is not valid for this algorithm."));
        }
        of(a)?.state.lock().mode = mode;
        Ok(Value::Null)
    }),
    row(
        "PaddingMode Padding { get; }",
        "Aes.Create().Padding",
        "PKCS7",
        |_, a| Ok(Value::Enum(ClassRef(&PADDING_MODE), of(a)?.state.lock().padding)),
    ),
    row("PaddingMode Padding { set; }", "", "", |_, a| {
        let padding = a.int(1);
        if Padding::numbered(padding).is_none() {
            return Err(refused("Specified padding mode is not valid for this algorithm."));
        }
        of(a)?.state.lock().padding = padding;
        Ok(Value::Null)
    }),
    row("void GenerateKey()", "", "", |_, a| {
        let mut state = of(a)?.state.lock();
        state.key = None;
        state.key()?;
        Ok(Value::Null)
    }),
    row("void GenerateIV()", "", "", |_, a| {
        let algorithm = of(a)?;
        let mut state = algorithm.state.lock();
        state.start = None;
        state.start(algorithm.kind)?;
        Ok(Value::Null)
    }),
    row(
        "ICryptoTransform CreateEncryptor()",
        "Aes.Create().CreateEncryptor() == null",
        "False",
        |_, a| Ok(Value::of(of(a)?.own_transform(true)?)),
    ),
    row(
        "ICryptoTransform CreateEncryptor(byte[] rgbKey, byte[] rgbIV)",
        "Convert.ToBase64String(Aes.Create().CreateEncryptor(new byte[16], new byte[16]).TransformFinalBlock(new byte[1], 0, 1))",
        "etyZsp6CsbKwplo4vFeKAQ==",
        |_, a| {
            let start = if a.value(2).is_null() { None } else { Some(bytes(a, 2)?) };
            Ok(Value::of(of(a)?.transform(true, &bytes(a, 1)?, start)?))
        },
    ),
    row(
        "ICryptoTransform CreateDecryptor()",
        "Aes.Create().CreateDecryptor() == null",
        "False",
        |_, a| Ok(Value::of(of(a)?.own_transform(false)?)),
    ),
    row(
        "ICryptoTransform CreateDecryptor(byte[] rgbKey, byte[] rgbIV)",
        r#"Aes.Create().CreateDecryptor(new byte[16], new byte[16]).TransformFinalBlock(Convert.FromBase64String("etyZsp6CsbKwplo4vFeKAQ=="), 0, 16).Length"#,
        "1",
        |_, a| {
            let start = if a.value(2).is_null() { None } else { Some(bytes(a, 2)?) };
            Ok(Value::of(of(a)?.transform(false, &bytes(a, 1)?, start)?))
        },
    ),
    row("void Clear()", "", "", |_, _| Ok(Value::Null)),
    row("void Dispose()", "", "", |_, _| Ok(Value::Null)),
];

/// A cipher with its settings.
pub struct Algorithm {
    class: ClassRef,
    kind: Kind,
    state: Mutex<State>,
}

struct State {
    /// Made up when it is asked for and none was set.
    key: Option<Vec<u8>>,
    key_length: usize,
    /// The initialization vector, made up likewise.
    start: Option<Vec<u8>>,
    mode: i32,
    padding: i32,
}

impl State {
    fn key(&mut self) -> Result<Vec<u8>, Thrown> {
        let key = match self.key.take() {
            Some(key) => key,
            None => random_bytes(self.key_length)?,
        };
        Ok(self.key.insert(key).clone())
    }

    fn start(&mut self, kind: Kind) -> Result<Vec<u8>, Thrown> {
        let start = match self.start.take() {
            Some(start) => start,
            None => random_bytes(kind.block())?,
        };
        Ok(self.start.insert(start).clone())
    }
}

impl Algorithm {
    fn new(class: &'static Class, kind: Kind) -> Self {
        Self {
            class: ClassRef(class),
            kind,
            state: Mutex::new(State {
                key: None,
                key_length: kind.keys().last().copied().unwrap_or_default(),
                start: None,
                mode: CBC,
                padding: 2,
            }),
        }
    }

    fn refuse_weak(&self, key: &[u8]) -> Result<(), Thrown> {
        if self.kind.is_weak(key) {
            let name = if self.kind == Kind::Des { "DES" } else { "TripleDES" };
            let message = format!("Specified key is a known weak key for '{name}' and cannot be used.");
            return Err(refused(&message));
        }
        Ok(())
    }

    /// The cipher with the key and the initialization vector that were set or made up.
    ///
    /// # Errors
    /// When there are no random bytes.
    pub fn own_transform(&self, encrypts: bool) -> Result<Transform, Thrown> {
        let (key, start) = {
            let mut state = self.state.lock();
            (state.key()?, state.start(self.kind)?)
        };
        self.transform(encrypts, &key, Some(start))
    }

    /// The cipher with a key and an initialization vector.
    ///
    /// # Errors
    /// `ArgumentException` for a wrong length, `CryptographicException` for a weak key and a vector that is missing.
    pub fn transform(&self, encrypts: bool, key: &[u8], start: Option<Vec<u8>>) -> Result<Transform, Thrown> {
        let (mode, padding) = {
            let state = self.state.lock();
            (state.mode, state.padding)
        };
        let size = self.kind.block();
        let wrong_key = || Thrown::argument("Specified key is not a valid size for this algorithm.", "rgbKey");
        let cipher = self.kind.with_key(key).ok_or_else(wrong_key)?;
        if start.as_ref().is_some_and(|start| start.len() != size) {
            return Err(Thrown::argument(
                "Specified initialization vector (IV) does not match the block size for this algorithm.",
                "rgbIV",
            ));
        }
        self.refuse_weak(key)?;
        let start = match (mode, start) {
            (ECB, _) => None,
            (_, None) => {
                return Err(refused(
                    "The cipher mode specified requires that an initialization vector (IV) be used.",
                ));
            }
            (_, start) => start,
        };
        Ok(Transform {
            cipher,
            size,
            start,
            padding: Padding::numbered(padding).unwrap_or(Padding::Pkcs7),
            encrypts,
            state: Mutex::default(),
        })
    }
}

/// Bytes of a key of so many bits, where the cipher has such keys.
fn key_length(kind: Kind, bits: i32) -> Option<usize> {
    let length = usize::try_from(bits).ok()?;
    let length = length.is_multiple_of(8).then_some(length / 8)?;
    kind.keys().contains(&length).then_some(length)
}

/// The algorithm of a name as `CryptoConfig` knows it; `None` for an unknown one.
pub fn named(name: &str) -> Option<Algorithm> {
    const NAMESPACE: &str = "System.Security.Cryptography.";
    let plain = name.strip_prefix(NAMESPACE).unwrap_or(name);
    let plain = match plain.to_ascii_lowercase().as_str() {
        "3des" | "triple des" => "TripleDES",
        "rijndael" => "RijndaelManaged",
        "symmetricalgorithm" => "Aes",
        _ => plain,
    };
    KINDS
        .iter()
        .find(|(class, _)| class.short_name().eq_ignore_ascii_case(plain))
        .map(|(class, kind)| Algorithm::new(class, *kind))
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.class.0.name)
    }
}

impl Object for Algorithm {
    fn type_name(&self) -> String {
        self.class.0.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>) -> Result<&Algorithm, Thrown> {
    a.value(0).object().ok_or_else(Thrown::null_reference)
}
