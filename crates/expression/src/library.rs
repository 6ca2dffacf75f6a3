//! The .NET library as tables, one file a type.
