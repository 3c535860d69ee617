/* assets.h - the files that every page has within, as strings */
#ifndef PAGE_ASSETS_H
#define PAGE_ASSETS_H

extern const char asset_style[];  /* pipelines/report/style.css, the look of all our pages */
extern const char asset_report_style[]; /* report.css */
extern const char asset_report_script[]; /* report.js */

#endif
