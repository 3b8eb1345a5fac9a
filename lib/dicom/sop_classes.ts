/**
 * Storage SOP classes: which are proposed by default, which are storage at all, and DCMTK's short code for each.
 */

/** UIDs below are relative to this; those that begin with "/" to SERVICE_ROOT. */
const STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1.";
const SERVICE_ROOT = "1.2.840.10008.5.1.";

/** The 64 classes that are proposed by default, in the order of proposal. */
const DEFAULT = `\
9.1.3 88.11 9.4.1 11.4 9.3.1 88.65 88.69 11.2 88.33 1 2 1.3 1.3.1 1.2 1.2.1 1.1 1.1.1 104.1 2.1 4.1 88.22 \
12.1.1 12.2.1 9.1.2 11.1 9.2.1 88.59 88.50 4 4.2 7.2 7.3 7.1 7.4 20 77.1.5.2 77.1.5.1 77.1.5.4 128 88.40 \
11.3 66 67 481.4 481.6 481.2 481.1 481.5 481.3 481.7 7 66.2 66.1 77.1.5.3 9.1.1 6.1 3.1 77.1.1 77.1.2 \
77.1.4 77.1.3 12.1 88.67 12.2`;

/** Every storage SOP class and the code DCMTK shows for it in "Sending Store Request (MsgID 1, CT)". */
const MODALITIES = `\
/1.27=SP /1.29=HG /1.30=HC /4.34.1=RB_d /4.34.7=RTd /4.34.10=RTa /4.38.1=HP /4.39.1=CP /4.43.1=IT \
/4.44.1=ITa /4.45.1=ITg 1=CR 1.1=DX 1.1.1=DP 1.2=DXm 1.2.1=DPm 1.3=DXo 1.3.1=DPo 2=CT 2.1=CTe 2.2=CTl \
3=USf 3.1=USm 4=MR 4.1=MRe 4.2=MRs 4.3=MRc 4.4=MRl 5=NMr 6=USr 6.1=US 6.2=USe 6.3=PA 7=SC 7.1=SCs 7.2=SCb \
7.3=SCw 7.4=SCc 8=OV 9=CV 9.1=WV_d 9.1.1=TLE 9.1.2=ECG 9.1.3=ECA 9.1.4=ECGh 9.2.1=WVh 9.3.1=WVc 9.4.1=AUV \
9.4.2=AUG 9.5.1=WVa 9.6.1=WVr 9.6.2=WVm 9.7.1=EEG 9.7.2=EMG 9.7.3=EOG 9.7.4=WVs 9.8.1=WVb 9.100.1=PSw \
9.100.2=PSq 10=ML 11=VO 11.1=PSg 11.2=PSc 11.3=PSp 11.4=PSb 11.5=PSx 11.6=VPg 11.7=VPc 11.8=PSa 11.9=VPv \
11.10=VPs 11.11=VPm 11.12=PSv 12.1=XA 12.1.1=XAe 12.2=RF 12.2.1=RFe 12.3=XB 13.1.1=XA3 13.1.2=XC3 \
13.1.3=BT 13.1.4=BX 13.1.5=BP 14.1=OCt 14.2=OCp 20=NM 30=PM 66=RAW 66.1=RGs 66.2=FID 66.3=RGd 66.4=SG \
66.5=SGs 66.6=TR 66.7=SGl 66.8=SGh 67=RWM 68.1=SSm 68.2=SSp 77.1=VLr 77.1.1=VLe 77.1.1.1=VVe 77.1.2=VLm \
77.1.2.1=VVm 77.1.3=VLs 77.1.4=VLp 77.1.4.1=VVp 77.1.5.1=OPb 77.1.5.2=OPw 77.1.5.3=OPr 77.1.5.4=OPt \
77.1.5.5=OWs 77.1.5.6=OW3 77.1.5.7=OCe 77.1.5.8=OCb 77.1.6=VLw 77.1.7=VLd 77.1.8=CFm 77.1.9=CFt 77.2=VMr \
78.1=OPl 78.2=OPa 78.3=OPk 78.4=OPs 78.5=OPv 78.6=SRs 78.7=OPx 78.8=OPc 79.1=SRg 80.1=OPp 81.1=OPm 82.1=CM \
88.1=SR_t 88.2=SR_a 88.3=SR_d 88.4=SR_c 88.11=SRt 88.22=SRe 88.33=SRc 88.34=SR3 88.35=SRx 88.40=SRp \
88.50=SRm 88.59=KO 88.65=SRh 88.67=SRd 88.68=SRr 88.69=SRo 88.70=SRi 88.71=SRa 88.72=SRu 88.73=SRq \
88.74=SRj 88.75=SRi 88.76=SRde 88.77=SRw 90.1=AS 91.1=MAs 104.1=PDF 104.2=CDA 104.3=STL 104.4=OBJ \
104.5=MTL 128=PI 128.1=PIl 129=PC 130=PIe 131=SD 200.1=PPcd 200.2=PPcp 200.3=PAp 200.7=PPxd 200.8=PPxp \
201.1=INV 481.1=RI 481.2=RD 481.3=RS 481.4=RTb 481.5=RP 481.6=RTr 481.7=RTs 481.8=RPi 481.9=RTi 481.10=RIp \
481.11=RAs 481.12=RSe 481.13=Rca 481.14=Rto 481.15=Rra 481.16=RSr 481.17=RRs 481.18=RRt 481.19=RRc \
481.20=RRr 481.21=RSd 481.22=RTp 481.23=RIe 481.24=RIc 481.25=RPp 501.1=CTs 501.2.1=DXs 501.2.2=DPs \
501.3=TDR 501.4=AI2 501.5=AI3 501.6=QR 601.1=EC 601.2=ECm 601.3=TG 601.4=TGm 601.5=UW`;

/** A relative UID in full. */
function absolute(uid: string): string {
  return uid.startsWith("/") ? SERVICE_ROOT + uid.slice(1) : STORAGE_ROOT + uid;
}

let defaults: readonly string[] | undefined;
let modalities: ReadonlyMap<string, string> | undefined;

/** UIDs of the SOP classes that are proposed when nothing else is asked for, in the order of proposal. */
export function defaultSopClasses(): readonly string[] {
  return defaults ??= DEFAULT.split(" ").map(absolute);
}

/** Every known storage SOP class: UID -> DCMTK's modality code. */
export function storageSopClasses(): ReadonlyMap<string, string> {
  return modalities ??= new Map(
    MODALITIES.split(" ").map((row) => {
      const [uid = "", code = ""] = row.split("=");
      return [absolute(uid), code];
    }),
  );
}

/** DCMTK's short code of a storage SOP class ("CT", "MRe"), or undefined if it is not a known one. */
export function modalityOf(sopClassUid: string): string | undefined {
  return storageSopClasses().get(sopClassUid);
}
