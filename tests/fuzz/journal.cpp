// Any bytes as a sweep's journal: opened or refused, without a change of the file. A journal that opens takes further cells and
// is read again with all of them.
#include "suture/sweep/journal.hpp"

#include "fuzz/bytes.hpp"

#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = fuzz::file("case.journal", fuzz::text(data, size));
    fuzz::refused_or_read([&] {
        std::map<suture::Index, double> cells;
        try {
            suture::SweepJournal journal(path);
            cells = journal.cells();
            journal.begin("a sweep");
            journal.add({{1 << 20, 0.5}});
        } catch (const suture::Error&) {
            std::ifstream in(path, std::ios::binary);
            if (std::string(std::istreambuf_iterator<char>(in), {}) != fuzz::text(data, size))
                fuzz::fail("a journal was refused and changed");
            throw;
        }
        const suture::SweepJournal again(path);
        cells[1 << 20] = 0.5;
        if (again.cells().size() != cells.size()) fuzz::fail("a journal lost cells");
    });
    return 0;
}
