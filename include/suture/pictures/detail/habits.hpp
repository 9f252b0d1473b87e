// What a picture does not have, under the names that matplotlib and plotly give it. A picture is an aggregate, so these
// cannot come from a base. A header that uses the macro takes it back at its end.
#include "suture/core/diagnostics.hpp"
#ifndef SUTURE_HABITS_OF_PLOTTING

#define SUTURE_SAVED_BY_A_FUNCTION(name) \
    SUTURE_ABSENT("a picture is saved by a function: write save(picture, directory, name)", name);
#define SUTURE_NOT_IN_A_PICTURE(name) \
    SUTURE_ABSENT("a picture has a title, a caption, a metric and named axes: fill those in", name);
#define SUTURE_HABITS_OF_PLOTTING          \
    SUTURE_SAVED_BY_A_FUNCTION(save)       \
    SUTURE_SAVED_BY_A_FUNCTION(savefig)    \
    SUTURE_SAVED_BY_A_FUNCTION(write_html) \
    SUTURE_SAVED_BY_A_FUNCTION(show)       \
    SUTURE_SAVED_BY_A_FUNCTION(plot)       \
    SUTURE_SAVED_BY_A_FUNCTION(draw)       \
    SUTURE_NOT_IN_A_PICTURE(xlabel)        \
    SUTURE_NOT_IN_A_PICTURE(ylabel)        \
    SUTURE_NOT_IN_A_PICTURE(xticks)        \
    SUTURE_NOT_IN_A_PICTURE(yticks)        \
    SUTURE_NOT_IN_A_PICTURE(labels)        \
    SUTURE_NOT_IN_A_PICTURE(legend)        \
    SUTURE_NOT_IN_A_PICTURE(cmap)          \
    SUTURE_NOT_IN_A_PICTURE(figsize)       \
    SUTURE_NOT_IN_A_PICTURE(vmin)          \
    SUTURE_NOT_IN_A_PICTURE(vmax)

#endif
