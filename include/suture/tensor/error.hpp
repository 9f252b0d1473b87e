// What suture throws. Every message says what was expected, what came, where, and what to do; a hook adds the
// site it ran at in front. Catch `suture::Error` for all of them, or the one kind that you can act on.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace suture {

/// The family. `what()` reads `<where>: <what is wrong, what came>: <what to do>`.
class Error : public std::exception {
public:
    explicit Error(std::string message) : message_(std::move(message)) {}

    const char* what() const noexcept override { return message_.c_str(); }

    /// Puts the place in front of the message: a recipe adds its edit, a hook its site.
    void add_place(const std::string& place) { message_ = place + ": " + message_; }

private:
    std::string message_;
};

/// A tensor has another width, rank or shape than the layout, the region or the operand needs.
struct ShapeError : Error {
    using Error::Error;
};

/// A tensor has another dtype or device than it is combined with, or is of a kind that has no strided storage.
struct TypeError : Error {
    using Error::Error;
};

/// A token, batch row, mask or index lies outside the activation, or selects nothing.
struct PositionError : Error {
    using Error::Error;
};

/// A value that no edit can use: a fraction for integers, a direction of length zero, an empty slot.
struct ValueError : Error {
    using Error::Error;
};

/// Storage that was promised to be held once, or to be left alone, was not.
struct OwnershipError : Error {
    using Error::Error;
};

/// A hook, its site or its scope was used in a way that would fail silently otherwise.
struct HookError : Error {
    using Error::Error;
};

/// A recording, or a dry run, would hold more bytes than it may.
struct MemoryError : Error {
    using Error::Error;
};

/// A file is not what its format promises, or cannot be read or written.
struct FileError : Error {
    using Error::Error;
};

/// A model's configuration or weights do not fit the model that is to be built.
struct ModelError : Error {
    using Error::Error;
};

}  // namespace suture
