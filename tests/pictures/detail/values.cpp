// Values of tensors as plain numbers.
#include "suture/pictures/detail/values.hpp"

#include "pictures/fixture.hpp"

#include "message.hpp"

#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <limits>
#include <string>
#include <vector>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using suture::TypeError;
using suture_test::message_of;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("values come in the order of the last axis, whatever the strides and the dtype") {
    const at::Tensor transposed = at::tensor({1, 2, 3, 4}).view({2, 2}).t();
    CHECK(suture::pictures::detail::values_of(transposed, 2, "[row, column]", "map") ==
          std::vector<double>{1, 3, 2, 4});
    CHECK(message_of<TypeError>([] {
              (void)suture::pictures::detail::values_of(at::ones({2}, at::kComplexFloat), 1, "[x]", "map 'A'");
          }) == "map 'A': expected numbers [x], got complex64 [2] on cpu: give a dense tensor of real numbers");
}

TEST_CASE("the range is that of the values that can be drawn") {
    CHECK((suture::pictures::detail::range_of({3, not_a_number, -1, 1e301}) == std::pair(-1.0, 3.0)));
    CHECK_FALSE(suture::pictures::detail::range_of({not_a_number, -1e301}).has_value());
}

TEST_CASE("numbers are written so that they are read as they were") {
    CHECK(suture::pictures::detail::number_text(0.1) == "0.1");
    CHECK(suture::pictures::detail::number_text(-not_a_number) == "nan");
    CHECK(std::stod(suture::pictures::detail::number_text(1.0 / 3)) == 1.0 / 3);
}
