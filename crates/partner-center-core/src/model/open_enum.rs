/// Implements an open enumeration: known values have a variant, and any other text is kept
/// unchanged in the variant `Other`.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $name {
            /// All values of the spec.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value in the spelling of the service.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl $crate::AsFieldValue for $name {
            fn as_value(&self) -> $crate::FieldValue<'_> {
                $crate::FieldValue::Text(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                struct TextVisitor;

                impl ::serde::de::Visitor<'_> for TextVisitor {
                    type Value = $name;

                    fn expecting(
                        &self,
                        f: &mut ::std::fmt::Formatter<'_>,
                    ) -> ::std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: ::serde::de::Error>(
                        self,
                        text: &str,
                    ) -> ::std::result::Result<$name, E> {
                        Ok($name::from(text))
                    }
                }

                deserializer.deserialize_str(TextVisitor)
            }
        }

        impl<'de> $crate::scalar::Wire<'de> for $name {
            fn read<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }

            fn read_optional<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<::std::option::Option<Self>, D::Error> {
                $crate::scalar::read_optional_text(deserializer, |text| Self::from(text))
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string" })
            }
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro is for public types")]
mod tests {
    use proptest::prelude::*;

    use crate::model::scalar::Wire;

    #[derive(Clone, Debug, Eq, PartialEq)]
    enum Channel {
        Reseller,
        Other(Box<str>),
    }

    open_enum!(Channel { Reseller = "reseller" });

    #[test]
    fn known_and_unknown_values_keep_their_text_in_json() {
        for (json, value) in [
            (r#""reseller""#, Channel::Reseller),
            (r#""Reseller""#, Channel::Other("Reseller".into())),
            (r#""d\"irect""#, Channel::Other("d\"irect".into())),
        ] {
            let read: Channel = serde_json::from_str(json).unwrap();
            assert_eq!(read, value);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(read.to_string().parse::<Channel>().unwrap(), read);
        }
        assert_eq!(Channel::KNOWN, [Channel::Reseller]);
        assert!(Channel::Reseller == "reseller");
    }

    #[test]
    fn blank_text_of_an_optional_value_is_none() {
        let read =
            |json: &str| Channel::read_optional(&mut serde_json::Deserializer::from_str(json)).ok();
        assert_eq!(read("null"), Some(None));
        assert_eq!(read(r#""""#), Some(None));
        assert_eq!(read(r#""reseller""#), Some(Some(Channel::Reseller)));
        assert_eq!(read("1"), None);
    }

    proptest! {
        #[test]
        fn every_text_round_trips(text in "\\PC{0,40}") {
            let channel = Channel::from(text.as_str());
            prop_assert_eq!(channel.as_str(), &text);
            let json = serde_json::to_string(&channel).unwrap();
            prop_assert_eq!(serde_json::from_str::<Channel>(&json).unwrap(), channel);
        }
    }
}
