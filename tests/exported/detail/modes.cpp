#include "suture/exported/detail/modes.hpp"

#include "suture/exported/detail/autocast.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

using namespace suture::detail;

TEST_CASE("modes are the same until the default dtype, autocasting or inference mode is switched") {
    const ExportedModes before;
    CHECK(before == ExportedModes());
    CHECK_FALSE(before.casts());
    {
        const AutocastGuard guard({c10::DeviceType::CPU, true, at::kBFloat16});
        CHECK(ExportedModes().casts());
        CHECK_FALSE(before == ExportedModes());
    }
    {
        const c10::InferenceMode inference;
        CHECK_FALSE(before == ExportedModes());
    }
    const auto dtype = c10::get_default_dtype();
    c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
    const ExportedModes other;
    c10::set_default_dtype(dtype);
    CHECK_FALSE(before == other);
    CHECK(before == ExportedModes());
}
