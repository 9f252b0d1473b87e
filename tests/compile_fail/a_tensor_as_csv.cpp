// expect: a table has a header and rows: write csv_text(Table{header, rows})
#include <suture/pictures/pictures.hpp>

#include <string>

using namespace suture;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    auto text = pictures::csv_text(t);
#else
    auto text = pictures::csv_text({{"value"}, {{std::to_string(t.item<double>())}}});
#endif
}
