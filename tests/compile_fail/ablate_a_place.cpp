// expect: this operation has another name: write place.zero()
// Zero ablation is `zero`, mean ablation `mean_over`.
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(head(3)).ablate();
#else
auto edit = on<Q>(head(3)).zero();
#endif
