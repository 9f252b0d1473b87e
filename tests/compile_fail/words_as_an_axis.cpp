// expect: an axis has a title and names: write tokens(words), or numbers(title, count)
#include <suture/pictures/pictures.hpp>

#include <string>
#include <vector>

using namespace suture;

[[maybe_unused]] void use(const std::vector<std::string>& words) {
#ifdef SUTURE_BAD
    pictures::Axis axis = words;
#else
    pictures::Axis axis = pictures::tokens(words);
#endif
}
