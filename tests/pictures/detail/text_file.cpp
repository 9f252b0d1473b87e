// Small text files.
#include "suture/pictures/detail/text_file.hpp"

#include "pictures/fixture.hpp"
#include "suture/file/new_file.hpp"

#include <string>

namespace {
using namespace suture::pictures;
using namespace pictures_test;
using files::Folder;
}  // namespace

TEST_CASE("a text file holds the bytes that were written, and one that is not there holds none") {
    const Folder folder;
    const std::string text("a\0\xFF\r\n", 5);
    suture::save_text(folder / "text", text);
    CHECK(suture::pictures::detail::contents_of(folder / "text") == text);
    CHECK(suture::pictures::detail::contents_of(folder / "none").empty());
    CHECK(folder.entries() == 1);
}
