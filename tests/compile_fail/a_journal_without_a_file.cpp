// expect: a journal is a file: write SweepJournal journal(path)
// It is what a resumed sweep reads.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    SweepJournal journal;
#else
    SweepJournal journal("sweep.journal");
#endif
}
