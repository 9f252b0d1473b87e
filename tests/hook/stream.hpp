// One site, and hooks that write down when they ran.
#pragma once

#include "suture/hook/hook_point.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ops/ones.h>

#include <string>

namespace suture_test {

using Stream = suture::Resid<2>;

inline const at::Tensor x = at::ones({1, 2});

/// Appends its letter to a log when the site is passed.
inline auto note(std::string& log, char letter) {
    return [&log, letter](const suture::View<Stream>&) { log += letter; };
}

struct StreamFixture {
    suture::HookPoint<Stream> site{"resid"};
    std::string log;
    void pass() { (void)site(x); }
};

}  // namespace suture_test
