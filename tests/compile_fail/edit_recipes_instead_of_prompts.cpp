// expect: the edits are those of the grid: write editing(prompts)
// The recipes are in Grid::of_recipes(sites, recipes).
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const at::Tensor& prompts) {
#ifdef SUTURE_BAD
    Patching p = editing();
#else
    Patching p = editing(prompts);
#endif
}
