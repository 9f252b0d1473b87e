// expect: a table is written to a path: write save_csv(path, Table{header, rows})
#include <suture/pictures/pictures.hpp>

#include <string>

using namespace suture;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    pictures::save_csv("x.csv", t);
#else
    pictures::save_csv("x.csv", {{"value"}, {{std::to_string(t.item<double>())}}});
#endif
}
