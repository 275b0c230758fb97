package part_test
import ("testing";"fmt";"fyne.io/fyne/v2";"fyne.io/fyne/v2/test";"fyne.io/fyne/v2/widget")
func TestZZ(t *testing.T){
 test.NewTempApp(t)
 for _, refresh := range []bool{false,true} {
 bad:=0
 for w:=float32(100); w<200; w+=1 {
 e:=widget.NewMultiLineEntry(); e.Wrapping=fyne.TextWrapWord
 win:=test.NewTempWindow(t,e); win.Resize(fyne.NewSize(w,200))
 want:=""
 for i,r := range "Wants the offer by e-mail and the server is away for a while" { e.TypedRune(r); want+=string(r); if refresh {e.Refresh()}
  if e.Text!=want { bad++; if bad<4 {fmt.Println(refresh,w,i,e.Text)}; break } }
 win.Close()
 }
 fmt.Println("bad",refresh,bad)
 }
}
