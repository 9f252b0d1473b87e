// Pictures of numbers, tables of them, and reports that hold both. See save.hpp for what files a picture comes to.
#pragma once

#include "suture/pictures/heat_map.hpp"
#include "suture/pictures/histogram.hpp"
#include "suture/pictures/lines.hpp"
#include "suture/pictures/patterns.hpp"
#include "suture/pictures/report.hpp"
#include "suture/pictures/scatter.hpp"
