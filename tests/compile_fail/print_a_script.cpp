// expect: a model is shown by its sites: print site_table(model, ids)
#include <suture/inspect/site_table.hpp>
#include <suture/script/script.hpp>

#include <iostream>

using namespace suture;

[[maybe_unused]] void use(const Script& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    std::cout << model;
#else
    std::cout << site_table(model, ids);
#endif
}
