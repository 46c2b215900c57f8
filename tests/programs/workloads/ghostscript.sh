# Renders two PostScript pages to several devices and compares every byte.
# needs: gs (ghostscript)
cat >page.ps <<'END'
%!PS
/Times-Roman findfont 24 scalefont setfont
/spiral { 0 1 400 { gsave dup 9 mul rotate dup 0.5 mul 0 moveto dup 400 div 1 1 sethsbcolor
  (strata) show pop grestore } for } def
300 400 translate spiral
newpath 0 0 150 0 360 arc clip
0 5 360 { dup 360 div setgray rotate 0 0 moveto 150 20 lineto 150 -20 lineto closepath fill } for
showpage
/Courier findfont 9 scalefont setfont
0 1 60 { /row exch def 30 row 12 mul 40 add moveto row 20 string cvs show
  0 1 20 { row mul 20 string cvs ( ) show show } for } for
<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [100 100 500 700]
   /Function << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1 >> >> shfill
showpage
END
gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=ppmraw -r100 -sOutputFile=page%d.ppm page.ps
gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=png16m -r150 -dTextAlphaBits=4 -dGraphicsAlphaBits=4 -sOutputFile=page%d.png page.ps
gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=page.pdf page.ps
gs -q -dSAFER -dBATCH -dNOPAUSE -dNumRenderingThreads=3 -dBandHeight=64 -sDEVICE=ppmraw -r200 -sOutputFile=again%d.ppm page.pdf
md5sum page1.ppm page2.ppm page1.png page2.png again1.ppm again2.ppm
gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=nullpage -c '1 0 div' || echo "status $?"
