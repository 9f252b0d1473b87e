#include "suture/exported/detail/autocast.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

using suture::detail::AutocastGuard;

TEST_CASE("a guard casts the products within it, and nothing behind it") {
    const at::Tensor a = at::ones({2, 2}), b = at::ones({2, 2});
    {
        const AutocastGuard guard({c10::DeviceType::CPU, true, at::kBFloat16});
        CHECK(at::matmul(a, b).scalar_type() == at::kBFloat16);
        {
            const AutocastGuard off({c10::DeviceType::CPU, false, {}});
            CHECK(at::matmul(a, b).scalar_type() == at::kFloat);
        }
        CHECK(at::matmul(a, b).scalar_type() == at::kBFloat16);
    }
    CHECK(at::matmul(a, b).scalar_type() == at::kFloat);
}
