// What an error says: `message_of<ShapeError>([&] { ... })` is the text of the error that the call must end in. An
// error of another kind, or none, gives a text that no test expects.
#pragma once

#include "suture/tensor/error.hpp"

#include <c10/util/FunctionRef.h>

#include <exception>
#include <string>
#include <typeinfo>

namespace suture_test {

template <class Kind>
std::string message_of(c10::function_ref<void()> call) {
    try {
        call();
    } catch (const suture::Error& e) {
        const bool nests = dynamic_cast<const std::nested_exception*>(&e) && dynamic_cast<const Kind*>(&e);
        if (nests || typeid(e) == typeid(Kind)) return e.what();
        return std::string("another kind of error, ") + typeid(e).name() + ": " + e.what();
    } catch (const std::exception& e) {
        return std::string("no error of suture: ") + e.what();
    }
    return "nothing was thrown";
}

/// The message is of the expected kind and has all of the words.
template <class... Words>
bool says(const std::string& message, const Words&... words) {
    return ((message.find(words) != std::string::npos) && ...) && message.find("no error of suture") != 0 &&
           message.find("another kind of error") != 0;
}

}  // namespace suture_test
