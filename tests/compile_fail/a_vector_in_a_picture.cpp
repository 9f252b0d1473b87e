// expect: a picture shows a tensor: write at::tensor(numbers), or view.clone().take()
// A vector has no shape.
#include <suture/pictures/pictures.hpp>

#include <vector>

using namespace suture;

[[maybe_unused]] void use(const std::vector<double>& numbers) {
#ifdef SUTURE_BAD
    pictures::HeatMap map{.values = numbers};
#else
    pictures::HeatMap map{.values = at::tensor(numbers).reshape({1, -1})};
#endif
}
