// expect: a model has a table of its sites: print site_table(model, ids)
#include <suture/gpt2/load.hpp>
#include <suture/inspect/site_table.hpp>

#include <iostream>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    model.summary();
    (void)ids;
#else
    std::cout << site_table(model, ids);
#endif
}
