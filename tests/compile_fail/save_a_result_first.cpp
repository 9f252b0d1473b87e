// expect: the path comes first, then the result: write save_csv(path, result)
// As in every call that writes a file.
#include <suture/sweep/files.hpp>

using namespace suture;

void use(const SweepResult& result) {
#ifdef SUTURE_BAD
    save_csv(result, "map.csv");
#else
    save_csv("map.csv", result);
#endif
}
