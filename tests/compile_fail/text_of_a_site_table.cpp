// expect: a table is printed: write to_string(table)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteTable<at::Tensor>& table) {
#ifdef SUTURE_BAD
    std::string text = table;
#else
    std::string text = to_string(table);
#endif
}
