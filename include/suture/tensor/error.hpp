// The errors of suture. Every message says what was expected, what came, where, and what to do; a hook puts its site in
// front. Catch `suture::Error` for all of them, or only the kind that you can handle.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace suture {

/// The base of all errors of suture. `what()` reads `<where>: <what is wrong, what came>: <what to do>`.
class Error : public std::exception {
public:
    explicit Error(std::string message) : message_(std::move(message)) {}

    const char* what() const noexcept override { return message_.c_str(); }

    /// Puts the place in front of the message: a recipe adds its edit, a hook its site.
    void add_place(const std::string& place) { message_ = place + ": " + message_; }

private:
    std::string message_;
};

/// A tensor's width, rank or shape does not fit the layout, the part or the other operand.
struct ShapeError : Error {
    using Error::Error;
};

/// A tensor's dtype or device does not fit the tensor it is combined with, or it has no strided storage.
struct TypeError : Error {
    using Error::Error;
};

/// A token, batch row, mask or index lies outside the activation, or selects nothing.
struct PositionError : Error {
    using Error::Error;
};

/// A value cannot be used: a fraction for integers, a direction of length zero, an empty slot.
struct ValueError : Error {
    using Error::Error;
};

/// Storage is held elsewhere or was written, contrary to a promise.
struct OwnershipError : Error {
    using Error::Error;
};

/// A hook, its site or its scope was used in a way that would otherwise fail silently.
struct HookError : Error {
    using Error::Error;
};

/// A recording or a dry run would exceed its limit of bytes.
struct MemoryError : Error {
    using Error::Error;
};

/// A file cannot be read or written, or does not follow its format.
struct FileError : Error {
    using Error::Error;
};

/// A configuration or weights do not fit the model.
struct ModelError : Error {
    using Error::Error;
};

}  // namespace suture
