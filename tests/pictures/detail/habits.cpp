#include "suture/pictures/detail/habits.hpp"

#include "suture/pictures/pictures.hpp"

#include "doctest.hpp"

#include <type_traits>

#ifdef SUTURE_HABITS_OF_PLOTTING
#error "a header that uses the macro takes it back at its end"
#endif

// What the sentences say is tested with both compilers in tests/compile_fail.

TEST_CASE("a picture stays an aggregate with its habits refused") {
    using namespace suture::pictures;
    CHECK(std::is_aggregate_v<HeatMap>);
    CHECK(std::is_aggregate_v<Scatter>);
    const HeatMap map{.title = "a", .values = at::Tensor(), .limit = 2};
    CHECK(map.title == "a");
}
