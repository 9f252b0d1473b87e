// Scales: what the colours of a picture stand for.
#include "suture/pictures/scale.hpp"

#include "pictures/layout.hpp"

#include <ATen/ops/tensor.h>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
}  // namespace

TEST_CASE("a scale says which numbers the colours span") {
    HeatMap map = map_of(at::tensor({1.0, 4.0}).unsqueeze(0));
    const auto spans = [&](Scale scale, const char* range) {
        map.scale = scale;
        return times(script_of(map), std::string("set cbrange ") + range) == 1;
    };
    CHECK(spans(Scale::automatic, "[0:4]"));
    CHECK(spans(Scale::sequential, "[0:4]"));
    CHECK(spans(Scale::diverging, "[-4:4]"));
    map.values = at::tensor({-1.0, 4.0}).unsqueeze(0);
    CHECK(spans(Scale::automatic, "[-4:4]"));
    CHECK(spans(Scale::sequential, "[-1:4]"));
}
