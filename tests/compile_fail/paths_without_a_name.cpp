// expect: paths are made by a function: write Paths::avoiding(sites)
// Paths say what they avoid: all of them are open to Paths::avoiding().
#include <suture/suture.hpp>
#include <suture/sweep/path_patching.hpp>

using namespace suture;

void paths() {
#ifdef SUTURE_BAD
    Paths all;
#else
    Paths all = Paths::avoiding();
#endif
    (void)all;
}
