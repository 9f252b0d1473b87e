// expect: the rows of a table are its sites: iterate over table.sites
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const SiteTable<at::Tensor>& table) {
#ifdef SUTURE_BAD
    for (const auto& row : table) (void)row;
#else
    for (const auto& row : table.sites) (void)row;
#endif
}
